import { deployBanTime, exclusively, jailSetting, openWithoutDraft, withoutDraft } from '../support/config';
import { node } from '../support/stage';
import { awake, expect, test } from '../support/test';

test('settings go from draft to every node and are proven there; one click goes back', async ({
  page,
  open,
  eventually,
  w,
  accessible,
}) => {
  await exclusively('jail', async () => {
    await openWithoutDraft(page, w, open, '/jail');
    const project = test.info().project.name;
    await deployBanTime(page, w, eventually, '25h', `a day and an hour (${project})`);
    await deployBanTime(page, w, eventually, '26h', `one more hour (${project})`);
    await accessible();
    for (const name of ['edge-1', 'edge-2']) {
      expect(jailSetting(node(name), 'bantime'), name).toBe(String(26 * 3_600));
      await expect(page.locator('#progress')).toContainText(name);
    }
    const held = page.locator('section').filter({ has: page.locator('#nodes-title') });
    await eventually(() =>
      expect(held.getByRole('row').filter({ hasText: 'edge-1' }).first()).toContainText(
        w('hours_long', { n: 26 }),
        { timeout: 2_000 },
      ),
    );

    const older = page.locator('#history').getByRole('row').filter({ hasText: `a day and an hour (${project})` });
    await older.first().getByRole('link', { name: w('roll_back') }).click();
    const compared = page.locator('#compare');
    await expect(compared).toContainText(w('hours_long', { n: 25 }));
    await accessible();
    await compared.getByRole('button').click();
    await expect(page).toHaveURL(/\/deployments\/\d+$/);
    await eventually(() =>
      expect(page.locator('main')).toContainText(w('progress_of', { verified: 2, all: 2 }), { timeout: 2_000 }),
    );
    expect(jailSetting(node('edge-2'), 'bantime')).toBe(String(25 * 3_600));
  });
});

test('a wrong value is said at its field, and nothing typed is lost', async ({ page, open, w }) => {
  await open('/jail');
  await page.getByLabel(w('bantime')).fill('soon');
  await page.getByLabel(w('maxretry')).fill('7');
  await page.getByRole('textbox', { name: w('ignoreip') }).fill('127.0.0.0/8\n::1\n198.51.100.7/24');
  await page.getByRole('button', { name: w('save_draft') }).click();
  await expect(page.locator('#bantime-problem')).toHaveText(w('problem_span'));
  await expect(page.getByLabel(w('maxretry'))).toHaveValue('7');
  await expect(page.getByRole('textbox', { name: w('ignoreip') })).toHaveValue(/198\.51\.100\.7\/24/);

  await page.getByLabel(w('bantime')).fill('24h');
  await page.getByRole('button', { name: w('save_draft') }).click();
  await expect(page.locator('#ignore-problem')).toContainText('198.51.100.0/24');
});

test('the slower of two editors is refused and loses nothing', async ({ page, open, w, js, context }) => {
  await exclusively('jail', async () => {
    await openWithoutDraft(page, w, open, '/jail');
    const other = await context.newPage();
    await other.goto('/jail');
    if (js) await awake(other);

    await page.getByLabel(w('bantime')).fill('31h');
    await other.getByLabel(w('bantime')).fill('32h');
    await other.getByRole('button', { name: w('save_draft') }).click();
    await expect(other.getByText(w('unsaved_draft'))).toBeVisible();
    // Where there is JavaScript the slower one sees the draft come, and still has their own text.
    if (js) await expect(page.getByText(w('unsaved_draft'))).toBeVisible();
    await page.getByRole('button', { name: w('save_draft') }).click();
    await expect(page.locator('#editor .problem')).toContainText('admin');
    await expect(page.getByLabel(w('bantime'))).toHaveValue('31h');

    // Having seen it, they may.
    await page.getByRole('button', { name: w('save_draft') }).click();
    await expect(page.locator('#editor .problem')).toHaveCount(0);
    await expect(page.locator('#publish')).toContainText(w('hours_long', { n: 31 }));
    await withoutDraft(page, w);
    await other.close();
  });
});

test('unwise settings are told before they are deployed', async ({ page, open, w }) => {
  await exclusively('jail', async () => {
    await openWithoutDraft(page, w, open, '/jail');
    await page.getByLabel(w('bantime')).fill('2m');
    await page.getByLabel(w('maxretry')).fill('1');
    await page.getByRole('button', { name: w('save_draft') }).click();
    const warnings = page.locator('.warnings');
    await expect(warnings).toContainText(w('warn_one_failure'));
    await expect(warnings.getByRole('listitem')).toHaveCount(2);
    await withoutDraft(page, w);
    await expect(warnings).toHaveCount(0);
  });
});
