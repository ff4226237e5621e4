import { DownOutlined, MenuFoldOutlined, MenuUnfoldOutlined, RightOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Waiting } from "../../features/approvals/Waiting";
import { ToReview } from "../../features/emergency/ToReview";
import { ToRemedy } from "../../features/findings/ToRemedy";
import { useT } from "../../i18n/useT";
import { Emblem } from "../../ui/Emblem";
import type { Destination, Place } from "../navigation";
import { useSession } from "../session/session";
import { useDestinations } from "./useDestinations";

/** The address of an object is put together from its path; the router finds it by that. */
type Page = Destination["to"];

const STORAGE_KEY = "custos.navigation";
const GROUP_KEY = "custos.navigation.sales";

export function SideNav() {
  const t = useT();
  const { organisation } = useSession();
  const places = useDestinations();
  const [narrow, setNarrow] = useState(() => localStorage.getItem(STORAGE_KEY) === "narrow");
  const [folded, setFolded] = useState(() => localStorage.getItem(GROUP_KEY) === "folded");
  const toggle = () => {
    localStorage.setItem(STORAGE_KEY, narrow ? "wide" : "narrow");
    setNarrow(!narrow);
  };
  const fold = () => {
    localStorage.setItem(GROUP_KEY, folded ? "open" : "folded");
    setFolded(!folded);
  };
  const sales = places.filter(({ group }) => group === "sales");
  const others = places.filter(({ group }) => group !== "sales");
  // One page needs no heading.
  const grouped = sales.length > 1;
  const links = (members: Place[]) =>
    members.map((place) => <SideLink key={place.to} place={place} narrow={narrow} />);
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
        {grouped && (
          <button
            type="button"
            className="side-group"
            aria-expanded={!folded}
            aria-controls="nav-sales"
            onClick={fold}
          >
            <span>{t("nav-sales")}</span>
            {folded ? <RightOutlined aria-hidden /> : <DownOutlined aria-hidden />}
          </button>
        )}
        {/* On the way to narrow there is no heading to unfold it by. */}
        <div id="nav-sales" className={grouped && folded ? "side-members side-folded" : "side-members"}>
          {links(sales)}
        </div>
        {grouped && others.length > 0 && <hr className="side-line" />}
        {links(others)}
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

function SideLink({ place: { to, name, icon: Icon }, narrow }: { place: Place; narrow: boolean }) {
  return (
    <Link
      to={to as Page}
      className="side-link"
      activeProps={{ "aria-current": "page" }}
      title={narrow ? name : undefined}
    >
      <Icon aria-hidden />
      <span>{name}</span>
      {to === "/approvals" && <Waiting />}
      {to === "/emergency" && <ToReview />}
      {to === "/findings" && <ToRemedy />}
    </Link>
  );
}
