import { defineConfig } from '@playwright/test';

// Every spec runs three times against one running product: in English and in Chinese with
// JavaScript, and without it. What needs it is in `*.hydrate.spec.ts`.
const browser = {
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
};

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  globalSetup: './support/start.ts',
  // One product, two cores: more would only wait for each other.
  workers: 2,
  // What passes takes seconds; on a busy machine any of them may be slow.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  forbidOnly: !!process.env.CI,
  reporter: [
    [process.env.CI ? 'line' : 'list'],
    ['json', { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ?? 'test-results/report.json' }],
  ],
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure' },
  projects: [
    { name: 'setup', testMatch: '*.setup.ts', use: { ...browser, locale: 'en-GB' } },
    {
      name: 'js-en',
      dependencies: ['setup'],
      use: { ...browser, locale: 'en-GB', timezoneId: 'Europe/London' },
    },
    {
      name: 'js-zh',
      dependencies: ['setup'],
      use: { ...browser, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' },
    },
    {
      name: 'nojs-en',
      dependencies: ['setup'],
      testIgnore: '*.hydrate.spec.ts',
      use: { ...browser, locale: 'en-GB', javaScriptEnabled: false },
    },
  ],
});
