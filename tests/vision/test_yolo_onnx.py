import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from curate.errors import ModelError
from curate.records import Box
from curate.vision.loading import load_detector
from curate.vision.yolo_onnx import decode


def write_model(path, output, names=None, side=64, channels=3):
    """A model that gives the same output whatever it sees."""
    node = helper.make_node("Constant", [], ["output0"], value=numpy_helper.from_array(output))
    image = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, channels, side, side])
    result = helper.make_tensor_value_info("output0", TensorProto.FLOAT, output.shape)
    graph = helper.make_graph([node], "yolo", [image], [result])
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 18)])
    if names is not None:
        helper.set_model_props(model, {"names": names})
    onnx.save(model, path)
    return path


def columns():
    """[1, 4 + 3 classes, 20], centre and size: one box, of class 2."""
    output = np.zeros((1, 7, 20), dtype=np.float32)
    output[0, :4, 11] = (32, 24, 20, 16)
    output[0, 4:, 11] = (0.05, 0.1, 0.9)
    return output


def test_the_layout_of_yolo_8_to_12_is_read_and_boxes_come_back_to_the_photo(tmp_path):
    file = write_model(tmp_path / "y.onnx", columns(), "{0: 'cat', 1: 'dog', 2: 'jug'}")
    detector = load_detector("yolo-onnx", tmp_path, file, "cpu")
    # 128 x 64 pixels fit into 64 x 64 at half size, 16 pixels from the top.
    ((found,),) = detector.detect([np.zeros((64, 128, 3), dtype=np.uint8)])
    assert found.label == "jug"
    assert found.score == pytest.approx(0.9)
    assert found.box == Box(44, 0, 40, 32)


def test_the_layout_of_yolo_10_and_26_is_read():
    output = np.zeros((1, 300, 6), dtype=np.float32)
    output[0, 5] = (1, 2, 3, 4, 0.8, 1)
    corners, scores, classes = decode(output)
    assert corners.tolist() == [[1, 2, 3, 4]]
    assert scores == pytest.approx([0.8])
    assert classes.tolist() == [1]


def test_the_layout_with_objectness_is_read():
    output = np.zeros((1, 100, 5 + 4), dtype=np.float32)
    output[0, 7] = (10, 10, 4, 6, 0.5, 0, 0, 0.9, 0)
    output[0, 8] = (10, 10, 4, 6, 0.1, 0, 0, 0.9, 0)
    corners, scores, classes = decode(output)
    assert corners.tolist() == [[8, 7, 12, 13]]
    assert scores == pytest.approx([0.45])
    assert classes.tolist() == [2]


def test_names_may_be_a_list_or_missing(tmp_path):
    photo = np.zeros((64, 64, 3), dtype=np.uint8)
    for names, label in (("['a', 'b', 'c']", "c"), (None, "2")):
        file = write_model(tmp_path / "y.onnx", columns(), names)
        assert load_detector("yolo-onnx", tmp_path, file, "cpu").detect([photo])[0][0].label == label


def test_names_that_are_code_are_refused(tmp_path):
    file = write_model(tmp_path / "y.onnx", columns(), "__import__('os').getcwd()")
    with pytest.raises(ModelError, match="class names"):
        load_detector("yolo-onnx", tmp_path, file, "cpu")


def test_other_models_are_refused(tmp_path):
    with pytest.raises(ModelError, match="not that of a YOLO"):
        decode(np.zeros((1, 1000), dtype=np.float32))
    file = write_model(tmp_path / "y.onnx", columns(), channels=1)
    with pytest.raises(ModelError, match="input of shape"):
        load_detector("yolo-onnx", tmp_path, file, "cpu")
    (tmp_path / "text.onnx").write_text("not a model")
    with pytest.raises(ModelError, match="cannot be loaded as an ONNX model"):
        load_detector("yolo-onnx", tmp_path, tmp_path / "text.onnx", "cpu")


def test_without_a_file_the_error_says_what_to_type(tmp_path):
    with pytest.raises(ModelError, match="--weights FILE"):
        load_detector("yolo-onnx", tmp_path)
