import { Alert, Radio } from "antd";
import { APPEARANCES, useAppearance } from "../../app/appearance";
import { useSession } from "../../app/session/session";
import { useLanguage } from "../../i18n/LanguageProvider";
import { LANGUAGES } from "../../i18n/languages";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { Avatar } from "../../ui/Avatar";
import { PageHeader } from "../../ui/PageHeader";
import { ContactPanel } from "../contact/ContactPanel";
import { DeviceList } from "../devices/DeviceList";
import { FactorList } from "../factors/FactorList";
import { ConnectionPanel } from "../federation/ConnectionPanel";
import { SessionList } from "../sessions/SessionList";
import "./account.css";
import { PasswordForm } from "./PasswordForm";

export function AccountPage() {
  const t = useT();
  const format = useFormat();
  const { user, organisation, absolute_expires_at, roles_withheld, engagement } = useSession();
  const { words, choose } = useLanguage();
  const { appearance, choose: chooseAppearance } = useAppearance();
  const facts: [string, string][] = [
    [t("user-login"), user.login],
    [t("account-organisation"), organisation.name],
    [t("user-department"), user.department?.name ?? "–"],
    [t("user-roles"), user.roles.map((role) => t(`role-${role}`)).join(" · ")],
    [t("user-scope"), t(`scope-${user.data_scope}`)],
    [t("account-session-until"), format.dateTime(absolute_expires_at)],
  ];
  if (engagement != null)
    facts.push(
      [t("external-firm"), engagement.firm],
      [
        t("external-period"),
        t("external-period-span", {
          from: format.dateTime(engagement.from),
          to: format.dateTime(engagement.to),
        }),
      ],
      [t("external-ends-at"), format.dateTime(engagement.ends_at)],
    );
  return (
    <>
      <PageHeader title={t("account-title")} />
      <div className="account">
        <section className="panel panel-body" aria-labelledby="profile-title">
          <div className="account-who">
            <Avatar name={user.name} />
            <h2 id="profile-title">{user.name}</h2>
          </div>
          <dl className="facts">
            {facts.map(([title, value]) => (
              <div key={title} className="fact">
                <dt>{title}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section className="panel panel-body" aria-labelledby="display-title">
          <h2 id="display-title">{t("account-display")}</h2>
          <p className="soft">{t("account-display-note")}</p>
          <div className="account-choice">
            <span id="language-label">{t("language-switch")}</span>
            <Radio.Group
              aria-labelledby="language-label"
              value={words.language}
              onChange={(event) => void choose(event.target.value)}
              options={LANGUAGES.map((language) => ({ value: language, label: t(`language-${language}`) }))}
            />
          </div>
          <div className="account-choice">
            <span id="appearance-label">{t("appearance-switch")}</span>
            <Radio.Group
              aria-labelledby="appearance-label"
              value={appearance}
              onChange={(event) => chooseAppearance(event.target.value)}
              options={APPEARANCES.map((key) => ({ value: key, label: t(`appearance-${key}`) }))}
            />
          </div>
        </section>
        <section className="panel panel-body" aria-labelledby="password-title">
          <h2 id="password-title">{t(user.password ? "password-change" : "password-set")}</h2>
          {user.password_expired && (
            <Alert type="warning" showIcon className="form-alert" title={t("password-expired")} />
          )}
          <PasswordForm />
        </section>
        <section className="panel panel-body" aria-labelledby="devices-title">
          <h2 id="devices-title">{t("devices-title")}</h2>
          <p className="soft">{t("devices-note")}</p>
          {roles_withheld.length > 0 && (
            <Alert
              type="warning"
              showIcon
              className="form-alert"
              title={t("device-roles-withheld", {
                roles: roles_withheld.map((role) => t(`role-${role}`)).join(" · "),
              })}
            />
          )}
          <DeviceList owner={{ own: true }} />
        </section>
        <section className="panel panel-body" aria-labelledby="factors-title">
          <h2 id="factors-title">{t("factors-title")}</h2>
          <p className="soft">{t("factors-note")}</p>
          <FactorList />
        </section>
        <ConnectionPanel />
        <section className="panel panel-body" aria-labelledby="contact-title">
          <h2 id="contact-title">{t("contact-title")}</h2>
          <p className="soft">{t("contact-note")}</p>
          <ContactPanel />
        </section>
        <section className="panel panel-body" aria-labelledby="sessions-title">
          <h2 id="sessions-title">{t("sessions-title")}</h2>
          <p className="soft">{t("sessions-note")}</p>
          <SessionList owner={{ own: true }} />
        </section>
      </div>
    </>
  );
}
