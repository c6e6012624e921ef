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
      const line = page.locator('.hops').getByRole('listitem').filter({ has: page.getByText(w(hop), { exact: true }) });
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

test.describe('the Event Socket of a node', () => {
  // Its open page may look for it once more when it is gone already.
  test.use({ tolerated: [/404 .*\/nodes\/link-/] });

  test('is connected since its worker was enrolled, and says how the switch is', async ({ page, open, eventually, w, accessible }) => {
    await open('/nodes/edge-1');
    const card = page.locator('#event-socket');
    await eventually(async () => {
      await expect(card.getByText(w('link_up'), { exact: true })).toBeVisible({ timeout: 2_000 });
      await expect(card).toContainText('1.11.3-dev', { timeout: 2_000 });
      await expect(card).toContainText(w('round_trip'), { timeout: 2_000 });
      await expect(card).toContainText(w('heartbeat'), { timeout: 2_000 });
    });
    await accessible();
  });

  test('refuses the default password, and tells why a wrong address does not work', async ({ page, open, eventually, w, accessible }) => {
    // All projects share one console.
    const name = `link-${test.info().project.name}`;
    await open('/nodes');
    await page.locator('summary').filter({ hasText: w('add_node') }).click();
    await page.getByLabel(w('node_name')).fill(name);
    await page.getByRole('button', { name: w('add_node') }).click();
    await expect(page.getByRole('heading', { name: w('enrol_title', { name }) })).toBeVisible();
    await open(`/nodes/${name}`);
    const card = page.locator('#event-socket');
    await card.locator('summary').click();
    await card.getByLabel(w('link_host')).fill('192.0.2.44');
    await card.getByLabel(w('link_password')).fill('ClueCon');
    await card.getByRole('button', { name: w('link_save') }).click();
    await expect(card.getByText(w('problem_default_password'))).toBeVisible();
    // What was typed is there still; the page itself does not hold the password.
    await expect(card.getByLabel(w('link_host'))).toHaveValue('192.0.2.44');
    await expect(card.getByLabel(w('link_password'))).toHaveAttribute('value', '');
    await accessible();

    await card.getByLabel(w('link_password')).fill('a-long-one-7351');
    await card.getByRole('button', { name: w('link_save') }).click();
    await eventually(() => expect(card.getByText('192.0.2.44:8021')).toBeVisible({ timeout: 2_000 }));
    expect(await page.content()).not.toContain('a-long-one-7351');

    const remove = card.getByRole('button', { name: w('link_remove') });
    if (!(await remove.isVisible())) await card.locator('summary').click();
    await remove.click();
    await expect(card.getByText(w('event_socket_none'))).toBeVisible();
    await page.locator('summary').filter({ hasText: w('remove_node') }).click();
    await page.getByRole('button', { name: w('remove_node_named', { name }) }).click();
    await expect(page.getByText(w('node_removed', { name }))).toBeVisible();
  });
});
