import { exclusively, openWithoutDraft } from '../support/config';
import { expect, test } from '../support/test';
import type { Page, TestInfo } from '@playwright/test';

// There is one draft for each scope: every project edits another one.
async function scoped(path: string, page: Page, info: TestInfo): Promise<string> {
  const names: Record<string, string> = { 'js-zh': 'edge-1', 'nojs-en': 'edge-2' };
  const name = names[info.project.name];
  if (!name) return path;
  await page.goto(path);
  const link = page.locator(`a[href^="${path}?node="]`).filter({ hasText: name }).first();
  return (await link.getAttribute('href')) ?? path;
}

test.describe.configure({ mode: 'serial' });

test('a list is made, filled, tested, and shown as it will be written', async (
  { page, open, w, js, accessible },
  info,
) => {
  await exclusively('acl', async () => {
    const address = await scoped('/acl', page, info);
    await openWithoutDraft(page, w, open, address);
    const lists = page.locator('#add-list');
    await lists.getByLabel(w('list_name'), { exact: true }).fill('in bound');
    await lists.getByRole('button', { name: w('add_list') }).click();
    await expect(page.locator('#name-problem')).toHaveText(w('name_character'));
    await lists.getByLabel(w('list_name'), { exact: true }).fill('inbound');
    await lists.getByRole('button', { name: w('add_list') }).click();
    await expect(page.getByRole('heading', { name: w('entries_of', { name: 'inbound', n: 0 }) })).toBeVisible();
    await expect(page.locator('.warnings')).toContainText(w('warn_out', { list: 'inbound' }));

    const entries = page.locator('#entries');
    await entries.getByRole('textbox', { name: w('address_or_network') }).fill('203.0.113.7/24');
    await entries.getByRole('button', { name: w('add_entry') }).click();
    await expect(page.locator('#network-problem')).toHaveText(
      w('problem_host_bits', { network: '203.0.113.0/24' }),
    );
    await entries.getByRole('textbox', { name: w('address_or_network') }).fill('203.0.113.0/24');
    await entries.getByLabel(w('comment'), { exact: true }).fill('<Carrier> & "A" $${domain}');
    await entries.getByRole('button', { name: w('add_entry') }).click();
    const row = entries.getByRole('row').filter({ hasText: '203.0.113.0/24' });
    await expect(row).toContainText('<Carrier> & "A" $${domain}');

    await entries.locator('summary', { hasText: w('paste_title') }).click();
    await entries.getByLabel(w('paste_lines')).fill('203.0.113.9 blocked\nexample.com\n');
    await entries.getByLabel(w('acl_action')).nth(1).selectOption('deny');
    await entries.getByRole('button', { name: w('paste_add') }).click();
    await expect(page.locator('#lines-problem')).toContainText('example.com');
    await entries.getByLabel(w('paste_lines')).fill('203.0.113.9 blocked\n2001:db8::/64\n');
    await entries.getByRole('button', { name: w('paste_add') }).click();
    await expect(page.getByRole('heading', { name: w('entries_of', { name: 'inbound', n: 3 }) })).toBeVisible();
    await accessible();

    const verdict = page.locator('[data-test=verdict]');
    for (const [asked, state, network] of [
      ['203.0.113.9', 'refused', '203.0.113.9'],
      ['203.0.113.10', 'allowed', '203.0.113.0/24'],
      ['192.0.2.1', 'refused', ''],
    ]) {
      await page.getByLabel(w('test_address')).fill(asked);
      if (!js) await page.getByRole('button', { name: w('acl_test'), exact: true }).click();
      await expect(verdict).toHaveAttribute('data-verdict', state);
      await expect(verdict).toContainText(network || w('test_default'));
    }

    await page.locator('#section > summary').click();
    await expect(page.locator('#section pre')).toContainText(
      '<node type="allow" cidr="203.0.113.0/24" description="&lt;Carrier&gt; &amp; &quot;A&quot; &#36;&#36;{domain}"/>',
    );
    await row.getByRole('button', { name: w('remove_named', { network: '203.0.113.0/24' }) }).click();
    await expect(page.getByRole('heading', { name: w('entries_of', { name: 'inbound', n: 2 }) })).toBeVisible();
  });
});

test("a node's own file can be looked at and brought in", async ({ page, open, eventually, w }, info) => {
  await exclusively('acl', async () => {
    await open(await scoped('/acl', page, info));
    await page.locator('#import > summary').click();
    const file =
      '<configuration name="acl.conf">\n<network-lists>\n<list name="lan" default="allow">\n' +
      '<node type="deny" cidr="192.168.42.0/24"/>\n<node type="allow" domain="$${domain}"/>\n</list>\n' +
      '</network-lists>\n</configuration>\n';
    await page.getByLabel(w('import_file')).fill(file);
    // A list with what only the switch knows is brought in where it is named.
    await page.getByLabel(w('import_only')).fill('lan');
    await page.getByRole('button', { name: w('import_do') }).click();
    await expect(page.locator('#toasts')).toContainText(w('import_done', { names: 'lan' }));
    await expect(page.locator('#toasts')).toContainText(w('fault_domain', { domain: '$${domain}' }));
    await expect(page.getByRole('heading', { name: w('entries_of', { name: 'lan', n: 1 }) })).toBeVisible();

    // The workers tell their switches' files; each would be written with our part in it.
    const link = page.getByRole('link', { name: w('preview_link') }).first();
    await eventually(() => expect(link).toBeVisible({ timeout: 2_000 }));
    await link.click();
    await expect(page.locator('#preview .diff')).toContainText('callwarden: begin');
  });
});

test('a profile asks only for a list that is there', async ({ page, open, w, accessible }, info) => {
  await open(await scoped('/acl/profiles', page, info));
  await page.getByLabel(w('profile'), { exact: true }).fill('external');
  await page.getByRole('textbox', { name: w('acl_lists') }).fill('no-such-list');
  await page.getByLabel(w('auth_calls')).selectOption('off');
  await page.getByRole('button', { name: w('profile_save') }).click();
  await expect(page.locator('#lists-problem')).toHaveText(w('profile_unknown_list', { name: 'no-such-list' }));
  await page.getByRole('textbox', { name: w('acl_lists') }).fill('nat.auto, 203.0.113.0/24');
  await page.getByRole('button', { name: w('profile_save') }).click();
  const row = page.getByRole('row').filter({ hasText: 'nat.auto, 203.0.113.0/24' }).first();
  await expect(row).toContainText('external');
  await accessible();
  await page.getByRole('button', { name: w('profile_remove_named', { name: 'external' }) }).click();
  await expect(page.getByText(w('profiles_empty'))).toBeVisible();
});
