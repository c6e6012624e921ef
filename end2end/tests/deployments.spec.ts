import { deployBanTime, editJailFile, exclusively, jailSetting, openWithoutDraft } from '../support/config';
import { node } from '../support/stage';
import { expect, test } from '../support/test';

test('a change by hand is seen within 30 s, and ours is put back', async ({
  page,
  open,
  eventually,
  w,
  accessible,
}) => {
  await exclusively('jail', async () => {
    const edge = node('edge-2');
    const hours = { 'js-en': 41, 'js-zh': 42, 'nojs-en': 43 }[test.info().project.name] ?? 44;
    await openWithoutDraft(page, w, open, '/jail');
    await deployBanTime(page, w, eventually, `${hours}h`, 'before somebody edits the file');

    const since = Date.now();
    editJailFile(edge, 'bantime', '4242');
    const banner = page.locator('#drift');
    await eventually(() => expect(banner).toContainText('edge-2', { timeout: 2_000 }));
    expect(Date.now() - since).toBeLessThan(30_000);
    await expect(banner).toContainText('4242');
    await accessible();

    await open('/nodes');
    const row = page.getByRole('row').filter({ hasText: 'edge-2' });
    await expect(row.getByRole('link', { name: w('drift_of', { what: w('jail_page') }) })).toBeVisible();
    await open('/');
    await expect(page.getByText(w('drift_on', { names: 'edge-2' }))).toBeVisible();

    await open('/jail');
    await page.getByRole('button', { name: w('put_ours_named', { name: 'edge-2' }) }).click();
    await expect(page).toHaveURL(/\/deployments\/\d+$/);
    await eventually(() =>
      expect(page.locator('main')).toContainText(w('progress_of', { verified: 1, all: 1 }), { timeout: 2_000 }),
    );
    expect(jailSetting(edge, 'bantime')).toBe(String(hours * 3_600));
    await open('/jail');
    await eventually(() => expect(banner).toHaveCount(0, { timeout: 2_000 }));
  });
});

test('every deployment is listed and shows each node', async ({ page, open, eventually, w, accessible }) => {
  await exclusively('jail', async () => {
    await openWithoutDraft(page, w, open, '/jail');
    const message = `listed (${test.info().project.name})`;
    await deployBanTime(page, w, eventually, `${50 + Math.floor(Math.random() * 40)}h`, message);
    await open('/deployments');
    await accessible();
    const row = page.getByRole('row').filter({ hasText: message }).first();
    await expect(row).toContainText(w('progress_of', { verified: 2, all: 2 }));
    await row.getByRole('link').click();
    await expect(page).toHaveURL(/\/deployments\/\d+$/);
    for (const name of ['edge-1', 'edge-2']) {
      const line = page.getByRole('listitem').filter({ has: page.getByRole('link', { name }) });
      await expect(line).toContainText(w('step_verified'));
    }
    await accessible();
  });
});
