// The page's data: base64 of deflated JSON, opened when it is looked at. It stands in the page or, where the report
// is too large for that, in pages of its own that tell it when they are framed: from the disk a page can read no other way.

const FRAME_MS = 5000; // for what a part tells to arrive after its page did

async function unpacked(element) {
  const { file } = element.dataset;
  const text = file ? await toldBy(file) : element.textContent;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return JSON.parse(await new Response(stream).text());
}

function toldBy(file) {
  return new Promise((done, failed) => {
    const frame = el('iframe', { src: file, hidden: true });
    const heard = (event) => { if (event.source === frame.contentWindow) end(done, String(event.data)); };
    const end = (settle, value) => {
      window.removeEventListener('message', heard);
      frame.remove();
      settle(value);
    };
    window.addEventListener('message', heard);
    frame.addEventListener('load', () => setTimeout(end, FRAME_MS, failed, new Error(`${file} is not there, or its host forbids to frame it`)));
    document.body.append(frame);
  });
}

const once = (make) => {
  let made;
  return () => (made ??= make());
};

const loaded = new Promise((done) => {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', done, { once: true });
  else done();
});

const boards = unpacked(document.getElementById('boards'));
const samples = once(() => loaded.then(() => unpacked(document.getElementById('samples'))));
