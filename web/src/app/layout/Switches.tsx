import { BulbOutlined, DesktopOutlined, GlobalOutlined, MoonOutlined, SunOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useLanguage } from "../../i18n/LanguageProvider";
import { LANGUAGES } from "../../i18n/languages";
import { useT } from "../../i18n/useT";
import { APPEARANCES, type Appearance, useAppearance } from "../appearance";

export function LanguageSwitch() {
  const t = useT();
  const { words, choose } = useLanguage();
  const items = LANGUAGES.map((language) => ({
    key: language,
    label: <span lang={language}>{t(`language-${language}`)}</span>,
  }));
  const pick = ({ key }: { key: string }) => {
    const language = LANGUAGES.find((candidate) => candidate === key);
    if (language !== undefined) void choose(language);
  };
  return (
    <Dropdown
      trigger={["click"]}
      menu={{ items, selectable: true, selectedKeys: [words.language], onClick: pick }}
    >
      <Button
        type="text"
        icon={<GlobalOutlined aria-hidden />}
        aria-label={t("language-switch")}
        title={t("language-switch")}
      />
    </Dropdown>
  );
}

const ICONS: Record<Appearance, typeof SunOutlined> = {
  system: DesktopOutlined,
  light: SunOutlined,
  dark: MoonOutlined,
};

export function AppearanceSwitch() {
  const t = useT();
  const { appearance, choose } = useAppearance();
  const items = APPEARANCES.map((key) => {
    const Icon = ICONS[key];
    return { key, icon: <Icon aria-hidden />, label: t(`appearance-${key}`) };
  });
  const pick = ({ key }: { key: string }) => {
    const next = APPEARANCES.find((candidate) => candidate === key);
    if (next !== undefined) choose(next);
  };
  return (
    <Dropdown
      trigger={["click"]}
      menu={{ items, selectable: true, selectedKeys: [appearance], onClick: pick }}
    >
      <Button
        type="text"
        icon={<BulbOutlined aria-hidden />}
        aria-label={t("appearance-switch")}
        title={t("appearance-switch")}
      />
    </Dropdown>
  );
}
