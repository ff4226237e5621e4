import { MenuFoldOutlined, MenuUnfoldOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Waiting } from "../../features/approvals/Waiting";
import { ToReview } from "../../features/emergency/ToReview";
import { ToRemedy } from "../../features/findings/ToRemedy";
import { useT } from "../../i18n/useT";
import { Emblem } from "../../ui/Emblem";
import { useSession } from "../session/session";
import { useDestinations } from "./useDestinations";

const STORAGE_KEY = "custos.navigation";

export function SideNav() {
  const t = useT();
  const { organisation } = useSession();
  const destinations = useDestinations();
  const [narrow, setNarrow] = useState(() => localStorage.getItem(STORAGE_KEY) === "narrow");
  const toggle = () => {
    localStorage.setItem(STORAGE_KEY, narrow ? "wide" : "narrow");
    setNarrow(!narrow);
  };
  return (
    <aside className={narrow ? "side side-narrow" : "side"}>
      <div className="side-brand">
        <Emblem size={26} />
        <div className="side-names">
          <strong>{t("product-name")}</strong>
          <span title={organisation.name}>{organisation.name}</span>
        </div>
      </div>
      <nav aria-label={t("nav-label")} className="side-nav">
        {destinations.map(({ to, label, icon: Icon }) => (
          <Link
            key={to}
            to={to}
            className="side-link"
            activeProps={{ "aria-current": "page" }}
            title={narrow ? t(label) : undefined}
          >
            <Icon aria-hidden />
            <span>{t(label)}</span>
            {to === "/approvals" && <Waiting />}
            {to === "/emergency" && <ToReview />}
            {to === "/findings" && <ToRemedy />}
          </Link>
        ))}
      </nav>
      <button
        type="button"
        className="side-toggle"
        onClick={toggle}
        aria-expanded={!narrow}
        aria-label={t("nav-toggle")}
      >
        {narrow ? <MenuUnfoldOutlined aria-hidden /> : <MenuFoldOutlined aria-hidden />}
        <span>{t("nav-fold")}</span>
      </button>
    </aside>
  );
}
