import { LogoutOutlined, SafetyOutlined, UserOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Dropdown } from "antd";
import { choosesLabel } from "../../features/access/working/working";
import { useT } from "../../i18n/useT";
import { Avatar } from "../../ui/Avatar";
import { useSession } from "../session/session";
import { useSignOut } from "../session/useSignOut";

export function UserMenu({ onWorkingLabel }: { onWorkingLabel: () => void }) {
  const t = useT();
  const { user, label } = useSession();
  const signOut = useSignOut();
  return (
    <Dropdown
      trigger={["click"]}
      placement="bottomRight"
      menu={{
        items: [
          {
            key: "who",
            type: "group",
            label: (
              <span className="who">
                <strong>{user.name}</strong>
                <span>{user.roles.map((role) => t(`role-${role}`)).join(" · ")}</span>
              </span>
            ),
          },
          { type: "divider" },
          {
            key: "account",
            icon: <UserOutlined aria-hidden />,
            label: <Link to="/account">{t("nav-account")}</Link>,
          },
          ...(choosesLabel(label)
            ? [
                {
                  key: "working-label",
                  icon: <SafetyOutlined aria-hidden />,
                  label: t("working-label-switch"),
                  onClick: onWorkingLabel,
                },
              ]
            : []),
          { key: "sign-out", icon: <LogoutOutlined aria-hidden />, label: t("sign-out"), onClick: signOut },
        ],
      }}
    >
      <button type="button" className="user-button" aria-label={t("user-menu", { name: user.name })}>
        <Avatar name={user.name} />
      </button>
    </Dropdown>
  );
}
