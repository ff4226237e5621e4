import { Drawer } from "antd";
import type { User } from "../../api/types";
import { useT } from "../../i18n/useT";
import { DeviceList } from "./DeviceList";

/** The registered devices of a person, in the hands of the security administrator. */
export function DevicesDrawer({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useT();
  return (
    <Drawer open size={480} title={t("devices-of", { name: user.name })} onClose={onClose}>
      <p className="soft">{t("devices-note-other")}</p>
      <DeviceList owner={{ own: false, id: user.id, name: user.name }} />
    </Drawer>
  );
}
