// Which view is open stands in the address after "#", so that each can be linked to and gone back to.

const VIEWS = { leaderboard, plots, samples: samplesView };

async function open() {
  const path = location.hash.replace(/^#\/?/, '').split('/').map(decoded);
  const name = path[0] in VIEWS ? path[0] : 'leaderboard';
  for (const link of document.querySelectorAll('nav a')) {
    const here = link.getAttribute('href') === `#/${name}`;
    if (here) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const view = document.getElementById('view');
  try {
    await VIEWS[name](view, path.slice(1));
  } catch (error) {
    view.replaceChildren(el('p', { class: 'apart' }, `This cannot be shown: ${error}. It takes a browser of 2023 or later, and all of the report.`));
    console.error(error);
  }
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

window.addEventListener('hashchange', open);
open();
