// The little a page needs beside Blazor: the theme, Caps Lock at the password, and the column one points at.
// Everything listens on the document, so a page that was swapped in needs no wiring.
const root = document.documentElement;

document.addEventListener('click', e => {
  if (!e.target.closest('[data-act="theme"]')) return;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=34560000; samesite=lax`;
});

const caps = e => {
  const note = document.getElementById(e.target?.dataset?.caps);
  if (note && e.getModifierState) note.hidden = !e.getModifierState('CapsLock');
};
document.addEventListener('keydown', caps);
document.addEventListener('keyup', caps);

// A column and its cells are one thing: pointing at or focusing either lights both.
const light = e => {
  const col = e.target.closest?.('[data-col]')?.dataset.col;
  for (const lit of document.querySelectorAll('.hi[data-col]')) if (lit.dataset.col !== col) lit.classList.remove('hi');
  if (col) for (const cell of document.querySelectorAll(`[data-col="${CSS.escape(col)}"]`)) cell.classList.add('hi');
};
document.addEventListener('pointerover', light);
document.addEventListener('focusin', light);
