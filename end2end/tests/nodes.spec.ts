import { expect, test } from '../support/test';

test('every node is connected and every hop works', async ({ page, open, eventually, w, accessible }) => {
  await open('/nodes');
  await accessible();
  for (const name of ['edge-1', 'edge-2']) {
    const row = page.getByRole('row', { name });
    await eventually(() => expect(row).toContainText(w('connected'), { timeout: 2_000 }));
  }

  await open('/nodes/edge-1');
  await expect(page.getByRole('heading', { level: 1, name: 'edge-1' })).toBeVisible();
  await expect(page.getByRole('heading', { name: w('hops_title') })).toBeVisible();
  await eventually(async () => {
    for (const hop of ['hop_log_found', 'hop_jail', 'hop_logpath', 'hop_firewall']) {
      const line = page.getByRole('listitem').filter({ hasText: w(hop) });
      await expect(line).toContainText(w('good'), { timeout: 2_000 });
    }
  });
  await accessible();
});

test('a new node gets one command with a code', async ({ page, open, w }) => {
  // The name is unique per project: all of them share one console.
  const name = `spare-${test.info().project.name}`;
  await open('/nodes');
  await page.getByText(w('add_node')).first().click();
  await page.getByLabel(w('node_name')).fill(name);
  await page.locator('form').filter({ has: page.getByLabel(w('node_name')) }).getByRole('button').click();
  await expect(page.getByText(w('enrol_title', { name }))).toBeVisible();
  await expect(page.getByText(/callwarden-worker enrol/)).toBeVisible();
});
