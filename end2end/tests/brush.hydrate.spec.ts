// Zooming into a chart, by pointer and by keyboard.

import type { Page } from '@playwright/test';
import { attack, freshAddress, node } from '../support/stage';
import { expect, test } from '../support/test';

const PLOT = '#attacks-over-time [data-brush]';

/** Seconds of the period that the page's address names. */
function seconds(page: Page): [number, number] {
  const query = new URL(page.url()).searchParams;
  const time = (name: string) => Date.parse(`${query.get(name)}Z`) / 1000;
  return [time('from'), time('to')];
}

test('dragging over bars zooms into them', async ({ page, open }) => {
  attack(node('edge-1'), freshAddress(), 2);
  await open('/?window=6h');
  const plot = page.locator(PLOT);
  // Not at the foot of the window: the notices of somebody's bans may lie over the bars there.
  await plot.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const bars = page.locator(`${PLOT} g.column`);
  await expect(bars).toHaveCount(72);
  const box = (await plot.boundingBox())!;
  const across = (bar: number) => box.x + ((bar + 0.5) * box.width) / 72;
  await page.mouse.move(across(20), box.y + 60);
  await page.mouse.down();
  await page.mouse.move(across(30), box.y + 70, { steps: 4 });
  await expect(page.locator(`${PLOT} .brush`)).toBeVisible();
  await page.mouse.move(across(31), box.y + 70);
  await page.mouse.up();
  await expect(page).toHaveURL(/\/\?from=[^&]+&to=[^&]+$/);
  const [from, to] = seconds(page);
  expect(to - from).toBe(12 * 300);
  // The chart is of that hour now, by minutes; nothing of the brush is left.
  await expect(bars).toHaveCount(60);
  await expect(page.locator('.brush')).toHaveCount(0);
  await page.goBack();
  await expect(bars).toHaveCount(72);
});

test('arrow keys choose bars, Enter zooms, a single one opens its lines', async ({ page, open, accessible }) => {
  await open('/?window=24h');
  const plot = page.locator(PLOT);
  await plot.focus();
  await page.keyboard.press('ArrowLeft');
  const said = page.locator('#attacks-over-time [data-said] [data-keep]');
  await expect(said).toContainText(':');
  await expect(page.locator(`${PLOT} .brush`)).toBeVisible();
  for (let bar = 0; bar < 3; bar += 1) await page.keyboard.press('Shift+ArrowLeft');
  await expect(said).toContainText('–');
  await accessible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.brush')).toHaveCount(0);
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator(`${PLOT} .brush`)).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.locator('.brush')).toHaveCount(0);
  await plot.focus();

  await page.keyboard.press('End');
  for (let bar = 0; bar < 3; bar += 1) await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/\?from=[^&]+&to=[^&]+$/);
  const [from, to] = seconds(page);
  expect(to - from).toBe(4 * 900);

  await plot.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/attacks\?from=[^&]+&to=[^&]+$/);
});

test('the bars are no stops of the keyboard, the plot is one', async ({ page, open }) => {
  attack(node('edge-1'), freshAddress(), 2);
  await open('/?window=24h');
  const stops = await page
    .locator('#attacks-over-time')
    .evaluate((chart) => [...chart.querySelectorAll<HTMLElement>('.plot, .plot *')].filter((e) => e.tabIndex >= 0).length);
  expect(stops).toBe(1);
});

test('a chart grows while it is looked at', async ({ page, open }) => {
  await open('/?window=1h');
  const total = page.locator('#attacks-over-time .legend li').first().locator('.strong');
  const count = async () => Number((await total.innerText()).replaceAll(',', ''));
  const before = await count();
  attack(node('edge-2'), freshAddress(), 4);
  await expect.poll(count).toBeGreaterThanOrEqual(before + 4);
});
