const NAMES = {
  auto: 'as the system',
  light: 'light',
  dark: 'dark'
};

/** The colours chosen: `auto`, `light` or `dark`. */
export function chosenTheme() {
  try {
    return NAMES[localStorage.getItem('attune-theme')] ? localStorage.getItem('attune-theme') : 'auto';
  } catch {
    return 'auto';
  }
}

/** Puts the chosen colours into effect. */
export function applyTheme(theme = chosenTheme()) {
  if (theme === 'auto')
    delete document.documentElement.dataset.theme;
  else
    document.documentElement.dataset.theme = theme;
  const control = document.getElementById('theme');
  if (control) control.value = theme;
}

/** Chooses colours, here and for later visits. */
export function chooseTheme(theme) {
  try {
    localStorage.setItem('attune-theme', theme);
  } catch {
    // A browser without storage forgets the choice, and that is all.
  }
  applyTheme(theme);
}

/** Light where it is dark now, and the other way round. */
export function toggleTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const now = chosenTheme() === 'auto' ? (dark ? 'dark' : 'light') : chosenTheme();
  chooseTheme(now === 'dark' ? 'light' : 'dark');
  return NAMES[chosenTheme()];
}

/** Paper is white. */
export function printLight() {
  addEventListener('beforeprint', () => {
    document.documentElement.dataset.theme = 'light';
  });
  addEventListener('afterprint', () => applyTheme());
}
