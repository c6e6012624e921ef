import { expect, test } from '../support/test';

test('every node is connected and every hop works', async ({ page, open, eventually, w, accessible }) => {
  await open('/nodes');
  for (const name of ['edge-1', 'edge-2']) {
    const row = page.getByRole('row').filter({ hasText: name });
    await eventually(async () => {
      await expect(row.getByText(w('connected'))).toBeVisible({ timeout: 2_000 });
      await expect(row.getByText(w('all_good'))).toBeVisible({ timeout: 2_000 });
    });
  }
  await accessible();

  await page.getByRole('link', { name: 'edge-1', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'edge-1' })).toBeVisible();
  // While other tests ban and unban, one look may meet a hop that is not good for a moment.
  await eventually(async () => {
    for (const hop of ['hop_worker', 'hop_log_found', 'hop_socket', 'hop_jail', 'hop_firewall']) {
      const line = page.getByRole('listitem').filter({ has: page.getByText(w(hop), { exact: true }) });
      await expect(line).toContainText(w('good'), { timeout: 2_000 });
    }
  });
  await accessible();
});

test.describe('a node that comes and goes', () => {
  // Its open page may look for it once more when it is gone already.
  test.use({ tolerated: [/404 .*\/nodes\/spare-/] });

  test('a new node gets a command with a one-time code, and can be removed', async ({ page, open, w }) => {
    // All projects share one console.
    const name = `spare-${test.info().project.name}`;
    await open('/nodes');
    await page.locator('summary').filter({ hasText: w('add_node') }).click();
    await page.getByLabel(w('node_name')).fill(name);
    await page.getByRole('button', { name: w('add_node') }).click();
    await expect(page.getByRole('heading', { name: w('enrol_title', { name }) })).toBeVisible();
    await expect(page.locator('#enrol-command')).toContainText('callwarden-worker enrol --console ');

    // Shown once: a second look does not have it.
    await open(`/nodes/${name}`);
    await expect(page.locator('#enrol-command')).toHaveCount(0);

    await page.locator('summary').filter({ hasText: w('remove_node') }).click();
    await page.getByRole('button', { name: w('remove_node_named', { name }) }).click();
    await expect(page.getByText(w('node_removed', { name }))).toBeVisible();
    await expect(page.getByRole('link', { name, exact: true })).toHaveCount(0);
  });
});

test('the jail is written again without harm', async ({ page, open, eventually, w }) => {
  await open('/nodes/edge-2');
  await page.getByRole('button', { name: w('install_jail') }).click();
  const order = page.getByRole('listitem').filter({ hasText: w('install_jail_verb') }).first();
  await eventually(() =>
    expect(order).toContainText(new RegExp(`${w('done')}|${w('already_so')}`), { timeout: 2_000 }),
  );
});
