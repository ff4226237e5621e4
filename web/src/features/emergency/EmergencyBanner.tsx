import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Alert, Button, Space } from "antd";
import { useEffect, useState } from "react";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import "./emergency.css";
import { EndButton } from "./EndButton";
import { minutesLeft, stateQuery } from "./emergency";

/** Says on every page that emergency access goes on: one's own, or anybody's to who watches over it. */
export function EmergencyBanner() {
  const t = useT();
  const may = useMay();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { data } = useQuery({
    ...stateQuery,
    enabled: may("break_glass.create") || may("break_glass.verify"),
  });
  const until = data?.own_until ?? null;
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === null) return;
    const timer = setInterval(() => setNow(Date.now()), 5_000);
    return () => clearInterval(timer);
  }, [until]);
  const left = until === null ? 0 : minutesLeft(until, now);
  const over = until !== null && left === 0;
  useEffect(() => {
    // What it let be seen is not to be seen any more.
    if (over) void queryClient.invalidateQueries();
  }, [over, queryClient]);
  const open = (
    <Button size="small" onClick={() => void navigate({ to: "/emergency" })}>
      {t("emergency-open")}
    </Button>
  );
  if (data?.own != null && left > 0) {
    return (
      <Alert
        banner
        type="error"
        className="emergency-banner"
        title={t("emergency-banner", { minutes: left })}
        action={
          <Space>
            {open}
            <EndButton id={data.own} size="small" />
          </Space>
        }
      />
    );
  }
  if ((data?.active ?? 0) > 0) {
    return (
      <Alert
        banner
        type="error"
        className="emergency-banner"
        title={t("emergency-banner-watch", { count: data?.active ?? 0 })}
        action={open}
      />
    );
  }
  return null;
}
