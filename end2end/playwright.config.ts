// Every journey in Chromium, on a phone and on a desktop, with scripts on and with scripts off.
import { defineConfig, devices } from '@playwright/test';

const chromium = process.env.GUICHET_CHROMIUM ?? '/usr/bin/chromium';
const base = {
  locale: 'en-GB',
  timezoneId: 'Europe/Paris',
  launchOptions: {
    executablePath: chromium,
    args: [
      '--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--no-first-run',
    ],
  },
};
const { defaultBrowserType: _, ...phone } = devices['Pixel 7'];
const desktop = { viewport: { width: 1440, height: 900 } };

export default defineConfig({
  testDir: './tests',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // One server is under test; the live tests stop and start it.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  reporter: [['list']],
  use: { ...base, trace: 'retain-on-failure' },
  projects: [
    { name: 'desktop', use: { ...base, ...desktop } },
    { name: 'phone', use: { ...base, ...phone } },
    { name: 'desktop without scripts', use: { ...base, ...desktop, javaScriptEnabled: false }, testIgnore: /.*\.live\.spec\.ts/ },
    { name: 'phone without scripts', use: { ...base, ...phone, javaScriptEnabled: false }, testIgnore: /.*\.live\.spec\.ts/ },
  ],
});
