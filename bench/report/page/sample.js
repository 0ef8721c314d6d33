// One sample, or two side by side: its parts (bench/report/parts.py) as they are stored, opened chunk by chunk.

const MOST = 20000; // characters of a text that are shown until one asks for more

// The chunk opened last stays open: samples of one problem stand together.
const opened = { chunk: -1, data: null };

async function chunkAt(chunk) {
  if (opened.chunk !== chunk) {
    await loaded;
    opened.data = unpacked(document.querySelectorAll('script.chunk')[chunk]);
    opened.chunk = chunk;
  }
  return opened.data;
}

async function storyOf(i) {
  let chunk = all.chunks.length - 1;
  while (all.chunks[chunk] > i) chunk -= 1;
  const { stories, questions } = await chunkAt(chunk);
  const story = stories[i - all.chunks[chunk]];
  return { question: questions[story.question], parts: story.parts };
}

// A text in full, or its beginning and a button; [beginning, number left out, end] is one the report has cut.
function textNode(text) {
  if (typeof text !== 'string') {
    const [head, left, tail] = text;
    return el('div', {}, textNode(head), el('p', { class: 'cut' }, `… ${count(left)} characters are not in this report; the run has them …`), textNode(tail));
  }
  const pre = el('pre', { tabindex: 0 }, text.slice(0, MOST));
  if (text.length <= MOST) return pre;
  const more = el('button', { click: () => { pre.replaceChildren(shown(text)); more.remove(); } }, `Show all ${count(text.length)} characters`);
  return el('div', {}, pre, more);
}

// Whether it has what was looked for in the texts; such parts are unfolded, and what was found is marked.
const sought = (text) => Boolean(looked.hits && textsOf(text).toLowerCase().includes(looked.text.toLowerCase()));

function markFound(pane) {
  if (!CSS.highlights) return;
  const wanted = looked.text.toLowerCase();
  const found = new Highlight();
  const nodes = document.createTreeWalker(pane, NodeFilter.SHOW_TEXT);
  while (looked.hits && nodes.nextNode()) {
    const text = nodes.currentNode.data.toLowerCase();
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      found.add(new StaticRange({ startContainer: nodes.currentNode, startOffset: at, endContainer: nodes.currentNode, endOffset: at + wanted.length }));
    }
  }
  CSS.highlights.set('found', found);
}

const lengthOf = (text) => (typeof text === 'string' ? text.length : text[0].length + text[1] + text[2].length);

const PARTS = {
  heading: ([title]) => el('h4', {}, title),
  // Folded texts are made when they are opened.
  text: ([title, text, open]) => {
    open ||= sought(text);
    const details = el('details', { open, toggle: () => { if (details.open && details.children.length === 1) details.append(textNode(text)); } },
      el('summary', {}, title, el('span', { class: 'faint' }, ` ${count(lengthOf(text))} characters`)));
    if (open) details.append(textNode(text));
    return details;
  },
  facts: ([title, facts]) => [title && el('h5', {}, title), el('dl', { class: 'facts' }, facts.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))))],
  table: ([title, head, rows]) => [title && el('h5', {}, title), el('div', { class: 'scroll' }, el('table', { class: 'small' },
    el('thead', {}, el('tr', {}, head.map((name) => el('th', { scope: 'col' }, name)))),
    el('tbody', {}, rows.map((row) => el('tr', {}, row.map((cell) => el('td', {}, cell)))))))],
};

const drawn = (parts) => parts.map(([kind, ...rest]) => PARTS[kind](rest)).flat();

async function answer(i) {
  const { parts } = await storyOf(i);
  const epoch = all.epoch[i] ? `, sample #${all.epoch[i]}` : '';
  return el('article', { class: 'answer' },
    el('h3', {}, named('model', i), ' ', badge(i)),
    el('p', { class: 'faint' }, `run ${named('run', i)}${epoch} · `, el('a', { href: linkOf(i) }, 'link to this sample')),
    drawn(parts));
}

// Other answers to the same problem, to be looked at beside this one.
const othersOf = (i) => all.run.map((_, one) => one)
  .filter((one) => one !== i && all.problem[one] === all.problem[i] && all.suite[one] === all.suite[i]);

function besides(i, j) {
  const others = othersOf(i);
  if (!others.length) return null;
  const called = (one) => `${named('model', one)}${all.epoch[one] ? ` #${all.epoch[one]}` : ''} (${named('run', one)}): ${outcomeOf(one).replaceAll('_', ' ')}`;
  const values = [[null, 'nothing'], ...others.map((one) => [one, called(one)])];
  return choice('beside it', values, j, (one) => { location.hash = linkOf(i, one); });
}

async function showSample(pane, i, j, asked) {
  if (i === null) {
    const keys = 'j and k go down and up, Enter opens, b puts another answer beside it, / searches, Esc goes back.';
    pane.replaceChildren(el('p', { class: 'note' }, asked ? 'There is no such sample in this report.' : `Choose a sample from the list. ${keys}`));
    return;
  }
  const { question } = await storyOf(i);
  const answers = [await answer(i), ...(j === null ? [] : [await answer(j)])];
  if (list.open !== i) return; // another one was opened since
  pane.replaceChildren(
    el('a', { class: 'back', href: '#/samples' }, '← all samples'),
    el('h2', { tabindex: -1 }, named('problem', i), el('span', { class: 'faint' }, ` ${named('suite', i)}`)),
    el('div', { class: 'filters' }, besides(i, j)),
    el('div', { class: 'question' }, drawn(question)),
    el('div', { class: j === null ? 'answers' : 'answers two' }, answers));
  pane.scrollTop = 0;
  markFound(pane);
}
