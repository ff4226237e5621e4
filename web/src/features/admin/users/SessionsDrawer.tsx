import { Drawer } from "antd";
import type { User } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { SessionList } from "../../sessions/SessionList";

/** Where a person is signed in, in the hands of the security administrator. */
export function SessionsDrawer({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useT();
  return (
    <Drawer open size={480} title={t("sessions-of", { name: user.name })} onClose={onClose}>
      <p className="soft">{t("sessions-note-other")}</p>
      <SessionList owner={{ own: false, id: user.id, name: user.name }} />
    </Drawer>
  );
}
