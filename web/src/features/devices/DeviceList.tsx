import { DesktopOutlined, MobileOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Skeleton } from "antd";
import { type ReactNode, useState } from "react";
import type { Device } from "../../api/types";
import { useSession } from "../../app/session/session";
import { useSignOut } from "../../app/session/useSignOut";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { Pill } from "../../ui/Pill";
import { useShowProblem } from "../../ui/useProblemText";
import type { Owner } from "../sessions/sessions";
import "./devices.css";
import { devicesQuery, endDevice } from "./devices";
import { RegisterDialog, RenameDialog } from "./dialogs";
import { forget } from "./prover";

const END = "device.delete";
const RENAME = "device.update";

/** The registered devices of a person. */
export function DeviceList({ owner }: { owner: Owner }) {
  const t = useT();
  const { modal, message } = App.useApp();
  const { user, device_id } = useSession();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const signOut = useSignOut();
  const list = useQuery(devicesQuery(owner));
  const [dialog, setDialog] = useState<Device | "register" | null>(null);
  const end = useMutation({
    mutationFn: ({ device, how }: { device: Device; how: "remove" | "lost" }) =>
      endDevice(owner, device.id, how),
    onSuccess: async (_, { device, how }) => {
      if (device.current) {
        await forget(user.id);
        signOut();
      } else void message.success(t(how === "lost" ? "device-lost-done" : "device-removed"));
    },
    onError: showProblem,
    onSettled: () => queryClient.invalidateQueries({ queryKey: devicesQuery(owner).queryKey }),
  });
  const confirm = (device: Device, how: "remove" | "lost") =>
    modal.confirm({
      title: t(how === "lost" ? "device-lost-title" : "device-remove-title", { name: device.name }),
      content: t(
        how === "lost"
          ? "device-lost-text"
          : device.current
            ? "device-remove-text-current"
            : "device-remove-text",
      ),
      okText: t(how === "lost" ? "device-lost" : "device-remove"),
      okButtonProps: { danger: true },
      onOk: () => end.mutate({ device, how }),
    });

  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.data === undefined) return <Skeleton active title={false} />;
  const { items } = list.data;
  return (
    <>
      {items.length === 0 ? (
        <p className="absent devices-none">{t("devices-none")}</p>
      ) : (
        <ul className="devices" aria-label={t("devices-title")}>
          {items.map((device) => (
            <li key={device.id} className="device">
              <Facts device={device}>
                {owner.own && device.actions.includes(RENAME) && (
                  <Button
                    size="small"
                    aria-label={t("device-rename-named", { name: device.name })}
                    onClick={() => setDialog(device)}
                  >
                    {t("device-rename")}
                  </Button>
                )}
                {device.actions.includes(END) && device.state === "active" && (
                  <Button
                    size="small"
                    aria-label={t("device-remove-named", { name: device.name })}
                    onClick={() => confirm(device, "remove")}
                  >
                    {t("device-remove")}
                  </Button>
                )}
                {device.actions.includes(END) && !device.current && (
                  <Button
                    danger
                    size="small"
                    aria-label={t("device-lost-named", { name: device.name })}
                    onClick={() => confirm(device, "lost")}
                  >
                    {t("device-lost")}
                  </Button>
                )}
              </Facts>
            </li>
          ))}
        </ul>
      )}
      {owner.own && device_id == null && (
        <Button type="primary" onClick={() => setDialog("register")}>
          {t("device-register")}
        </Button>
      )}
      {dialog === "register" && <RegisterDialog onClose={() => setDialog(null)} />}
      {dialog !== null && dialog !== "register" && (
        <RenameDialog device={dialog} onClose={() => setDialog(null)} />
      )}
    </>
  );
}

function Facts({ device, children }: { device: Device; children: ReactNode }) {
  const t = useT();
  const format = useFormat();
  const { kind, state, ended_at } = device;
  return (
    <>
      <span className="device-icon" role="img" aria-label={t(`device-kind-${kind}`)}>
        {kind === "phone" ? <MobileOutlined aria-hidden /> : <DesktopOutlined aria-hidden />}
      </span>
      <div className="device-facts">
        <span className="device-name">
          <strong>{device.name}</strong>
          {device.current && <Pill tone="brand">{t("sessions-current")}</Pill>}
          {state !== "active" && (
            <Pill tone={state === "lost" ? "danger" : "quiet"}>{t(`device-state-${state}`)}</Pill>
          )}
        </span>
        <span className="soft">
          {t("sessions-device", {
            browser: t(`browser-${device.browser}`),
            system: t(`system-${device.system}`),
          })}
        </span>
        <span className="soft">
          {t("device-times", {
            registered: format.dateTime(device.registered_at),
            used: format.dateTime(device.last_used_at),
          })}
        </span>
        {ended_at != null && (
          <span className="soft">{t("device-ended", { at: format.dateTime(ended_at) })}</span>
        )}
      </div>
      <span className="device-tools">{children}</span>
    </>
  );
}
