// The number tester judges while one types, with the rules that are being typed.

import { attack, freshAddress, node } from '../support/stage';
import { expect, test } from '../support/test';

test('a number is judged while it and the rules are typed, without asking the server', async ({ page, open, w }) => {
  await open('/rules');
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.headers()['x-refresh'] !== '1' && !request.url().includes('/live')) asked.push(request.url());
  });
  const verdict = page.locator('.tester-verdict');
  const number = page.getByLabel(w('destination_number'));
  const deny = page.getByLabel(w('denied_prefixes'));
  await page.getByLabel(w('max_length')).fill('12');
  await deny.fill('00\n+');
  await number.pressSequentially('0044');
  await expect(verdict).toHaveText(w('verdict_denied', { prefix: '00' }));
  await expect(verdict).toHaveAttribute('data-verdict', 'refused');
  await deny.fill('447');
  await expect(verdict).toHaveText(w('verdict_allowed'));
  await page.getByLabel(w('allowed_prefixes')).fill('44');
  await expect(verdict).toHaveText(w('verdict_not_allowed'));
  await number.fill('4420');
  await expect(verdict).toHaveText(w('verdict_allowed_by', { prefix: '44' }));
  await number.fill('4471');
  await expect(verdict).toHaveText(w('verdict_denied', { prefix: '447' }));
  await number.fill('1234567890123');
  await expect(verdict).toHaveText(w('verdict_too_long', { length: 13, max: 12 }));

  await deny.fill('44');
  await expect(page.getByText(w('warn_shadowed', { allow: '44', deny: '44' }))).toBeVisible();
  await deny.fill('0 0');
  const problem = w('problem_of', { field: w('denied_prefixes'), problem: w('problem_prefix_space', { entry: '0 0' }) });
  await expect(page.getByText(problem)).toBeVisible();
  await expect(verdict).toHaveText(w('verdict_no_rules'));
  expect(asked).toEqual([]);
});

test('the browser judges as the server does', async ({ page, open, w }) => {
  for (const number of ['0044', '13800138000', '1234567890123', '号号', '+1']) {
    await open('/rules');
    await page.getByLabel(w('max_length')).fill('12');
    await page.getByLabel(w('denied_prefixes')).fill('00\n+');
    await page.getByLabel(w('allowed_prefixes')).fill('');
    await page.getByLabel(w('destination_number')).fill(number);
    const verdict = page.locator('.tester-verdict');
    await expect(verdict).not.toHaveText('');
    const live = await verdict.textContent();
    const query = new URLSearchParams({ max_len: '12', deny: '00\n+', filename: 'a.log', number, try: '1' });
    // As the page itself asks: in its language.
    const answer = await page.evaluate(async (url) => (await fetch(url)).text(), `/rules?${query}`);
    expect(answer).toContain(live!);
  }
});

test('a refused form and the tester outlive the refreshes of the page', async ({ page, open, w }) => {
  await open('/rules');
  await page.getByLabel(w('denied_prefixes')).fill('00\n0-0');
  await page.getByRole('button', { name: w('save_draft') }).click();
  await expect(page.locator('#deny-problem')).toBeVisible();
  const refreshed = page.waitForResponse((answer) => answer.request().headers()['x-refresh'] === '1');
  attack(node('edge-1'), freshAddress());
  await (await refreshed).finished();
  // What comes with the refresh shows that it was put in place.
  await expect(page.locator('#section')).toBeVisible();
  await expect(page.locator('#deny-problem')).toBeVisible();
  await expect(page.getByLabel(w('denied_prefixes'))).toHaveValue('00\n0-0');
  await page.getByLabel(w('denied_prefixes')).fill('00');
  await page.getByLabel(w('destination_number')).fill('0044');
  await expect(page.locator('.tester-verdict')).toHaveText(w('verdict_denied', { prefix: '00' }));
});
