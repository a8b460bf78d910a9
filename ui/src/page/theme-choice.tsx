import { THEMES, theme } from './theme.js';

const NAMES = { auto: 'Auto', light: 'Light', dark: 'Dark' };

export function ThemeChoice() {
  return (
    <fieldset class="theme">
      <legend class="spoken">Theme</legend>
      {THEMES.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="theme"
            class="spoken"
            checked={theme.value === one}
            onChange={() => {
              theme.value = one;
            }}
          />
          <span>{NAMES[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}
