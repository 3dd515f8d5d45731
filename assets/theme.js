// Sets the theme that was chosen on this machine before anything is drawn. It is kept by the browser alone (no cookie,
// nothing is sent); without a choice the system's holds.
'use strict';
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem('bellwether-theme'); } catch { /* storage is off: the system's theme holds */ }
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
