// What is chosen of a call is a draft too, as what is written is: a line each, a field and its value.
const choices = form => [...form.querySelectorAll('input:checked')].map(choice => `${choice.name}=${choice.value}`).join('\n');
document.addEventListener('change', e => {
  const kept = e.target.matches?.('input[type=radio], input[type=checkbox]') && e.target.form?.querySelector('[data-choices]');
  if (!kept) return;
  kept.value = choices(kept.form);
  kept.dispatchEvent(new Event('input', { bubbles: true }));
});
document.addEventListener('hub:restored', e => {
  if (!e.target.matches?.('[data-choices]')) return;
  for (const line of e.target.value.split('\n').filter(Boolean)) {
    const [name, value] = line.split('=');
    const choice = e.target.form.querySelector(`[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`) ?? e.target.form.querySelector(`[type=checkbox][name="${CSS.escape(name)}"]`);
    if (choice) choice.checked = true;
  }
});
