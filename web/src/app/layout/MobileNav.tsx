import { MoreOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Dropdown } from "antd";
import { Waiting } from "../../features/approvals/Waiting";
import { ToReview } from "../../features/emergency/ToReview";
import { ToRemedy } from "../../features/findings/ToRemedy";
import { useT } from "../../i18n/useT";
import { useDestinations } from "./useDestinations";

/** How many destinations fit beside "more" on the narrowest phone. */
const SHOWN = 4;

export function MobileNav() {
  const t = useT();
  const all = useDestinations();
  const shown = all.length > SHOWN + 1 ? all.slice(0, SHOWN) : all;
  const rest = all.slice(shown.length);
  return (
    <nav className="bottom" aria-label={t("nav-label")}>
      {shown.map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} className="bottom-link" activeProps={{ "aria-current": "page" }}>
          <Icon aria-hidden />
          <span>{t(label)}</span>
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
            items: rest.map(({ to, label, icon: Icon }) => ({
              key: to,
              icon: <Icon aria-hidden />,
              label: <Link to={to}>{t(label)}</Link>,
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
