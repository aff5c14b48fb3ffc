"""An image-to-text model with random weights, saved as users have theirs."""

from __future__ import annotations

from pathlib import Path

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "photo", "of", "red", "jug", "on", "table"]
SIZES = {"hidden_size": 32, "intermediate_size": 37, "num_hidden_layers": 1, "num_attention_heads": 4}
SIDE = {"height": 32, "width": 32}


def save_blip(directory: Path) -> Path:
    """A BLIP of twelve words that looks at 32 x 32 pixels; where it was saved."""
    import torch
    import transformers

    (directory / "vocab.txt").write_text("\n".join(WORDS))
    tokenizer = transformers.BertTokenizer(str(directory / "vocab.txt"))
    begin, end = len(WORDS), WORDS.index("[SEP]")
    ids = {"bos_token_id": begin, "eos_token_id": end, "sep_token_id": end, "pad_token_id": 0}
    text = {**SIZES, **ids, "vocab_size": len(WORDS) + 1, "encoder_hidden_size": 32}
    vision = {**SIZES, "image_size": 32, "patch_size": 16, "initializer_range": 0.5}
    torch.manual_seed(3)
    model = transformers.BlipForConditionalGeneration(
        transformers.BlipConfig(text_config=text, vision_config=vision)
    )
    for weights in model.parameters():
        weights.data.mul_(8)  # far from even odds: what is seen decides which word comes
    pictures = transformers.BlipImageProcessor(size=SIDE)
    for part in (model, transformers.BlipProcessor(image_processor=pictures, tokenizer=tokenizer)):
        part.save_pretrained(directory / "saved")
    return directory / "saved"
