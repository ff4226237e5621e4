import { MoreOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Dropdown } from "antd";
import { Waiting } from "../../features/approvals/Waiting";
import { ToReview } from "../../features/emergency/ToReview";
import { ToRemedy } from "../../features/findings/ToRemedy";
import { useT } from "../../i18n/useT";
import type { Destination } from "../navigation";
import { useDestinations } from "./useDestinations";

/** The address of an object is put together from its path; the router finds it by that. */
type Page = Destination["to"];

/** How many destinations fit beside "more" on the narrowest phone. */
const SHOWN = 4;

export function MobileNav() {
  const t = useT();
  const all = useDestinations();
  const shown = all.length > SHOWN + 1 ? all.slice(0, SHOWN) : all;
  const rest = all.slice(shown.length);
  return (
    <nav className="bottom" aria-label={t("nav-label")}>
      {shown.map(({ to, name, icon: Icon }) => (
        <Link key={to} to={to as Page} className="bottom-link" activeProps={{ "aria-current": "page" }}>
          <Icon aria-hidden />
          <span>{name}</span>
          {to === "/approvals" && <Waiting />}
          {to === "/emergency" && <ToReview />}
          {to === "/findings" && <ToRemedy />}
        </Link>
      ))}
      {rest.length > 0 && (
        <Dropdown
          trigger={["click"]}
          placement="topRight"
          menu={{
            items: rest.map(({ to, name, icon: Icon }) => ({
              key: to,
              icon: <Icon aria-hidden />,
              label: <Link to={to as Page}>{name}</Link>,
            })),
          }}
        >
          <button type="button" className="bottom-link">
            <MoreOutlined aria-hidden />
            <span>{t("nav-more")}</span>
          </button>
        </Dropdown>
      )}
    </nav>
  );
}
