// The bytes of one file, by the tus protocol: resumes where the server says, and tries again for hours.

import "./tus.min.js";

const PLACE = "/app/uploads";
const PIECE = 8 * 2 ** 20; // bytes of one request; some proxies take no more than ten
const DELAYS = Array.from({ length: 2000 }, (_, n) => Math.min(250 * 2 ** n, 4000)); // ms; over two hours
const MENDED_BY_ASKING = new Set([409, 423, 429]);

// Resolves to the upload's id when the server has every byte; `begun` is where an earlier try got to.
export function send(file, sha256, begun, progress) {
  return new Promise((resolve, reject) => {
    const upload = new window.tus.Upload(file, {
      endpoint: PLACE,
      uploadUrl: begun ?? null,
      chunkSize: PIECE,
      retryDelays: DELAYS,
      storeFingerprintForResuming: false, // the server knows by whom and of what its uploads are
      headers: { "X-Recurate": "1" },
      metadata: { name: file.name, sha256 },
      onShouldRetry: (error) => canWait(error.originalResponse?.getStatus() ?? 0),
      onAfterResponse: (request, answer) => checkOffsetAnswer(request, answer),
      onProgress: (sent, total) => progress(sent / total),
      onSuccess: () => resolve(upload.url.split("/").at(-1)),
      onError: (error) => reject(new Error(sentence(error))),
    });
    upload.start();
  });
}

function canWait(status) {
  return status < 400 || (status >= 500 && status !== 507) || MENDED_BY_ASKING.has(status);
}

// tus-js-client would begin anew, and send everything again, because of a server that is just starting.
function checkOffsetAnswer(request, answer) {
  if (request.getMethod() === "HEAD" && answer.getStatus() >= 500) throw new Error("The server is away.");
}

function sentence(error) {
  try {
    return JSON.parse(error.originalResponse.getBody()).error;
  } catch {
    return `The file could not be sent (${error.message}): drop it again.`;
  }
}
