// The files of a drop, those in folders too; what is hidden or no photo by its name is left out.

const PHOTO = /\.(jpe?g|png|tiff?|hei[cf]|avif|webp|dng|cr[23w]|nef|nrw|arw|sr2|raf|orf|rw2|pef|srw|3fr|iiq)$/i;

export const isPhoto = (file) => !file.name.startsWith(".") && PHOTO.test(file.name);

// Entries must be taken from the event at once: browsers empty it when the handler returns.
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // a reader gives a hundred at a time
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    found.push(...(await Promise.all(some.map(filesOf))).flat());
  }
}
