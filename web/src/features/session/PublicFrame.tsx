import type { ReactNode } from "react";
import { AppearanceSwitch, LanguageSwitch } from "../../app/layout/Switches";
import { useT } from "../../i18n/useT";
import { Emblem } from "../../ui/Emblem";
import "./public.css";

interface Props {
  title: string;
  note?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

/** The frame of the pages before the sign-in. */
export function PublicFrame({ title, note, wide = false, children }: Props) {
  const t = useT();
  return (
    <div className="public">
      <div className="public-tools">
        <LanguageSwitch />
        <AppearanceSwitch />
      </div>
      <main className={wide ? "public-card public-wide" : "public-card"}>
        <div className="public-brand">
          <Emblem size={30} />
          <strong>{t("product-name")}</strong>
        </div>
        <h1>{title}</h1>
        {note !== undefined && <p className="public-note">{note}</p>}
        {children}
      </main>
      <footer className="public-foot">{t("product-promise")}</footer>
    </div>
  );
}
