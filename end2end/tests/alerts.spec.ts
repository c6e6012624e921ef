import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '../support/test';

const SECRET = 'a secret of at least sixteen characters';

/** A receiver on this machine, and what it was sent. */
async function receiver() {
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(status).end('<b>received</b>');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    answer: (code: number) => (status = code),
    close: () => server.close(),
  };
}

test('a webhook is added, tested with its signature, told by a rule and removed', async ({ page, open, w, js, accessible }) => {
  const hook = await receiver();
  const { name: project } = test.info().project;
  const name = `hook-${project}`;
  await open('/alerts');
  await expect(page.getByRole('heading', { level: 1, name: w('alerts') })).toBeVisible();
  await accessible();
  await page.getByRole('link', { name: w('channel_add_webhook') }).click();

  // Refused at its field. What was typed is there still; the page itself does not hold the secret.
  await page.getByLabel(w('channel_name')).fill(name);
  await page.getByLabel(w('channel_url'), { exact: true }).fill('ftp://example.org/');
  await page.getByLabel(w('channel_secret'), { exact: true }).fill(SECRET);
  await page.getByRole('button', { name: w('channel_save') }).click();
  await expect(page.locator('#url-problem')).toHaveText(w('problem_url'));
  await expect(page.getByLabel(w('channel_name'))).toHaveValue(name);
  const secret = page.getByLabel(w('channel_secret'), { exact: true });
  await expect(secret).toHaveAttribute('value', '');
  await expect(secret).toHaveValue(js ? SECRET : '');
  expect(await page.content()).not.toContain(SECRET);
  await accessible();
  await page.getByLabel(w('channel_url'), { exact: true }).fill(`${hook.origin}/a/secret/path`);
  await secret.fill(SECRET);
  await page.getByRole('button', { name: w('channel_save') }).click();
  await expect(page.locator('#toasts')).toContainText(w('channel_saved', { name }));

  const row = page.locator('#channels').getByRole('row').filter({ hasText: name });
  await expect(row).toContainText(hook.origin);
  // The form is gone, and nothing secret came back with the new channel.
  await expect(page.locator('#edit')).toHaveCount(0);
  expect(await page.content()).not.toMatch(/secret\/path|sixteen characters/);
  const testIt = row.getByRole('button', { name: w('channel_test_named', { name }) });
  await testIt.click();
  await expect(page.locator('#toasts')).toContainText(w('outcome_accepted', { status: 200 }));
  await expect(page.locator('#toasts')).toContainText('<b>received</b>');
  const sent = hook.received.find(({ body }) => JSON.parse(body).test === true);
  const stamp = sent?.headers['callwarden-timestamp'];
  const wanted = createHmac('sha256', SECRET).update(`${stamp}.${sent?.body}`).digest('hex');
  expect(sent?.headers['callwarden-signature']).toBe(`v1=${wanted}`);
  hook.answer(500);
  await testIt.click();
  await expect(page.locator('#toasts')).toContainText(w('outcome_refused', { status: 500 }));
  const messages = page.locator('#messages').getByRole('row').filter({ hasText: name });
  await expect(messages.filter({ hasText: w('delivery_given_up') })).not.toHaveCount(0);
  hook.answer(200);

  // One rule for each project: they share one console.
  const kinds: Record<string, string> = {
    'js-en': 'rule_node_silent',
    'js-zh': 'rule_ban_not_effective',
    'nojs-en': 'rule_deployment_failed',
  };
  const rule = w(kinds[project]);
  const change = page.getByRole('link', { name: w('rule_change_named', { rule }) });
  await change.click();
  await page.getByLabel(w('rule_cool_down')).fill('4');
  await page.getByRole('button', { name: w('rule_save') }).click();
  await expect(page.locator('#cool_down-problem')).toHaveText(w('problem_range', { least: 5, most: 10080 }));
  await page.getByLabel(w('rule_cool_down')).fill('90');
  await page.getByLabel(w('rule_to_some')).check();
  await page.locator('#edit').getByLabel(name, { exact: true }).check();
  await accessible();
  await page.getByRole('button', { name: w('rule_save') }).click();
  await expect(page.locator('#toasts')).toContainText(w('rule_saved', { rule }));
  const said = page.locator('#rules').getByRole('row').filter({ hasText: rule });
  await expect(said).toContainText(name);
  await expect(said).toContainText(w('rule_active'));

  await row.getByRole('link', { name: w('channel_change_named', { name }) }).click();
  // Asked about, without JavaScript too.
  const remove = page.getByRole('button', { name: w('channel_remove_named', { name }) });
  await expect(remove).toBeHidden();
  await page.locator('#edit summary').filter({ hasText: w('channel_remove') }).click();
  await expect(page.getByText(w('channel_remove_text'))).toBeVisible();
  await remove.click();
  await expect(page.locator('#toasts')).toContainText(w('channel_removed', { name }));
  await expect(said).toContainText(w('no_channel'));
  await change.click();
  await page.getByLabel(w('every_channel')).check();
  await page.getByRole('button', { name: w('rule_save') }).click();
  await expect(said).toContainText(w('every_channel'));
  hook.close();
});

test('a password is not sent in plain text', async ({ page, open, w, accessible }) => {
  await open('/alerts?add=email');
  await page.getByLabel(w('channel_name')).fill('mail');
  await page.getByLabel(w('mail_host')).fill('mail.invalid');
  await page.getByLabel(w('mail_security')).selectOption('none');
  await page.getByLabel(w('mail_user')).fill('console');
  await page.getByLabel(w('mail_password'), { exact: true }).fill('hunter22');
  await page.getByLabel(w('mail_from')).fill('console@example.org');
  await page.getByLabel(w('mail_recipients')).fill('duty@example.org');
  await page.getByRole('button', { name: w('channel_save') }).click();
  await expect(page.locator('#password-problem')).toHaveText(w('problem_plain'));
  await expect(page.getByLabel(w('mail_host'))).toHaveValue('mail.invalid');
  const password = page.getByLabel(w('mail_password'), { exact: true });
  await expect(password).toHaveAttribute('value', '');
  expect(await page.content()).not.toContain('hunter22');
  await accessible();
});
