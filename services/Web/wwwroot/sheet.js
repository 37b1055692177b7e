// A counter's day sheet: numbers down a column, their sum, and what was filled in as one draft.
const form = document.querySelector('#tally'), sum = document.querySelector('#sum'), draft = form.querySelector('[data-draft]'), add = document.querySelector('#add');
const counts = () => [...form.querySelectorAll('[data-count]')];
const total = () => { sum.textContent = counts().reduce((all, field) => all + (field.validity.valid ? Number(field.value) : 0), 0).toLocaleString('en-US'); };
const keep = () => {
  total();
  draft.value = counts().filter(field => field.value !== field.defaultValue).map(field => `${field.name}=${field.value}`).join('\n');
  draft.dispatchEvent(new Event('input', { bubbles: true }));
};
// A further topic is a line like the others, above what has no topic.
function line(code, name) {
  const row = counts().at(-1).closest('tr'), other = row.cloneNode(true), field = other.querySelector('[data-count]');
  Object.assign(field, { id: 'n' + code, name: 'n' + code, value: '' });
  field.defaultValue = '';
  Object.assign(other.querySelector('label'), { htmlFor: 'n' + code, textContent: name });
  other.querySelector('td').textContent = '';
  for (const [button, text] of [['[data-less]', row.querySelector('[data-less]')], ['[data-plus]', row.querySelector('[data-plus]')]]) other.querySelector(button).ariaLabel = text.ariaLabel.replace(row.querySelector('label').textContent, name);
  row.before(other);
  return field;
}
add?.addEventListener('change', () => {
  const option = add.selectedOptions[0];
  if (!option.value) return;
  line(option.value, option.textContent).focus();
  option.remove();
  add.value = '';
});
form.addEventListener('input', e => { if (e.target.matches('[data-count]')) keep(); });
draft.addEventListener('hub:restored', () => {
  for (const [, name, value] of draft.value.matchAll(/^(n\S*)=(.*)$/gm)) {
    const option = add?.querySelector(`option[value="${CSS.escape(name.slice(1))}"]`);
    const field = counts().find(f => f.name === name) ?? (option && name !== 'n' ? line(name.slice(1), option.textContent) : null);
    if (!field) continue;
    option?.value && option.remove();
    field.value = value;
  }
  total();
});
form.addEventListener('click', e => {
  const by = e.target.closest('[data-plus]') ? 1 : e.target.closest('[data-less]') ? -1 : 0;
  if (by === 0) return;
  const field = e.target.closest('tr').querySelector('[data-count]');
  field.value = Math.min(10000, Math.max(0, Number(field.value) + by)) || '';
  keep();
});
// Down the column with Enter, as on a calculator; from the last one on to the button.
form.addEventListener('keydown', e => {
  if (!e.target.matches('[data-count]') || e.ctrlKey || e.altKey) return;
  const at = counts().indexOf(e.target), to = e.key === 'Enter' || e.key === 'ArrowDown' ? at + 1 : e.key === 'ArrowUp' ? at - 1 : null;
  if (to === null) return;
  e.preventDefault();
  if (to >= 0) (counts()[to] ?? form.querySelector('.pri')).focus();
  document.activeElement.select?.();
});
// What is no number has no value, and would be left out without a word.
document.addEventListener('submit', e => {
  const wrong = e.target === form && counts().find(field => !field.validity.valid);
  if (!wrong) return;
  e.preventDefault();
  e.stopPropagation();
  Object.assign(form.querySelector('[data-said]'), { textContent: form.dataset.number, hidden: false });
  wrong.focus();
}, true);
// A wheel over a number scrolls the page; it changes nothing.
form.addEventListener('wheel', e => { if (e.target === document.activeElement && e.target.matches('[data-count]')) e.target.blur(); }, { passive: true });
total();
