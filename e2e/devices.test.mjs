// Registered devices: a cookie taken from one opens nothing elsewhere, what is typed is kept on it sealed, and a lost one
// is out at its next click and has forgotten everything.
import assert from "node:assert/strict";
import test from "node:test";
import { DESKTOP, openBrowser, openPage, PHONE } from "./lib/browser.mjs";
import { ask, enrol, enterCode, enterPassword, person, setUp, signedIn } from "./lib/flows.mjs";
import { button, confirm, eventually } from "./lib/lists.mjs";
import { startServer } from "./lib/server.mjs";
import { LANGUAGES, words } from "./lib/words.mjs";

const COMPUTER = "办公室台式机 7";
const DRAFT = "尚未保存的公司";

/** What the browser keeps in the device's database, by store. */
const kept = (page) =>
  page.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name);
    if (!names.includes("custos-device")) return null;
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open("custos-device");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const all = (store) =>
      new Promise((resolve) => {
        const request = database.transaction(store).objectStore(store).getAll();
        request.onsuccess = () => resolve(request.result);
      });
    const [devices, vault] = [await all("devices"), await all("vault")];
    database.close();
    return {
      devices: devices.map(({ signing, wrapping }) => [signing.extractable, wrapping.extractable]),
      vault: vault.map((sealed) => new TextDecoder().decode(sealed)),
    };
  });

for (const language of LANGUAGES) {
  test(`registered devices in ${language}`, async (context) => {
    const t = words(language);
    const server = await startServer();
    const browser = await openBrowser(server.url);
    const open = (look = {}) => openPage(browser, server.url, { language, ...look });
    const lead = person("sales_lead");
    const devices = (page) => page.getByRole("list", { name: t("devices-title") }).getByRole("listitem");
    const isOut = (page) => page.waitForURL((url) => url.pathname === "/sign-in");
    try {
      const work = await open();
      const { page } = work;
      await setUp(page, t, { code: server.setupCode, organisation: "青石仪器" });
      await enterPassword(page, t, lead);
      const { authenticator } = await enrol(page, t);

      await context.test("a device is registered, and the page goes on", async () => {
        await page.goto(`${server.url}/account`);
        await button(page, t("device-register")).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel(t("device-name"), { exact: true }).fill(COMPUTER);
        await work.picture("device-register");
        await button(dialog, t("device-register-ok")).click();
        await eventually(async () => assert.equal(await devices(page).count(), 1));
        const text = await devices(page).textContent();
        assert.ok(text.includes(COMPUTER) && text.includes(t("sessions-current")), text);
        for (const size of [DESKTOP, PHONE]) {
          for (const colorScheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme });
            await page.setViewportSize(size);
            await work.picture(`devices-${colorScheme}-${size.width}`);
            assert.equal(await work.overflow(), 0, "nothing has to be scrolled sideways");
          }
        }
        await page.emulateMedia({ colorScheme: "light" });
        await page.setViewportSize(DESKTOP);
        // Opened anew, the page finds its key before it knows anything else.
        await page.goto(`${server.url}/customers`);
        await button(page, t("customer-create")).first().waitFor();
        assert.deepEqual((await kept(page)).devices, [[false, false]], "no key can be exported");
      });

      await context.test("its cookie opens nothing elsewhere, nor without a proof", async () => {
        const bare = await ask(page, "/customers");
        assert.deepEqual([bare.status, bare.body.code], [401, "session.barred.device"]);
        const thief = await open({ state: { cookies: await page.context().cookies(), origins: [] } });
        await isOut(thief.page);
        assert.equal((await ask(thief.page, "/session")).status, 401);
        await thief.close();
        await page.reload();
        await button(page, t("customer-create")).first().waitFor();
      });

      await context.test("what is typed and not sent is kept, and not readable", async () => {
        await button(page, t("customer-create")).first().click();
        await page.getByRole("dialog").getByLabel(t("field-name"), { exact: true }).fill(DRAFT);
        await eventually(async () => assert.equal((await kept(page)).vault.length, 1));
        assert.ok(!(await kept(page)).vault[0].includes(DRAFT), "sealed");
        await page.reload();
        await button(page, t("customer-create")).first().click();
        await page.getByText(t("draft-restored"), { exact: true }).waitFor();
        assert.equal(
          await page.getByRole("dialog").getByLabel(t("field-name"), { exact: true }).inputValue(),
          DRAFT,
        );
        await work.picture("draft-restored");
      });

      await context.test("the security administrator sees it, and cannot lock herself out", async () => {
        const security = await open();
        await enterPassword(security.page, t, person("security_admin"));
        await enrol(security.page, t);
        await security.page.goto(`${server.url}/admin/users`);
        const row = security.page.getByRole("row").filter({ hasText: lead.login });
        await row.getByRole("button", { name: t("devices-title"), exact: true }).click();
        await eventually(async () => assert.equal(await devices(security.page).count(), 1));
        await security.picture("devices-of-somebody");
        await security.page.goto(`${server.url}/admin/users`);
        await button(security.page, t("device-rule-title")).click();
        const drawer = security.page.getByRole("dialog");
        await drawer.getByRole("checkbox", { name: t("role-security_admin"), exact: true }).check();
        await button(drawer, t("save")).click();
        await drawer.getByText(t("error-device-rule-locks_out"), { exact: true }).waitFor();
        await security.picture("device-rule");
        await security.close();
      });

      await context.test(
        "reported lost, it is out at its next click and has forgotten everything",
        async () => {
          const home = await open();
          await enterPassword(home.page, t, lead);
          await enterCode(home.page, t, authenticator);
          await signedIn(home.page);
          await home.page.goto(`${server.url}/account`);
          await button(home.page, t("device-lost-named", { name: COMPUTER })).click();
          await confirm(home.page, t("device-lost"));
          await home.page.getByText(t("device-state-lost"), { exact: true }).waitFor();
          await home.picture("device-lost");
          await page.goto(`${server.url}/account`);
          await isOut(page);
          await eventually(async () => {
            const left = await kept(page);
            assert.ok(
              left === null || (left.devices.length === 0 && left.vault.length === 0),
              JSON.stringify(left),
            );
          });
          assert.ok(!(await page.context().cookies()).some(({ name }) => name === "__Host-custos"));
          await home.close();
        },
      );
      await work.close();
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}
