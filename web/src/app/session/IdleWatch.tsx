import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { Modal } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { onServerContact, onSessionLost } from "../../api/client";
import { useT } from "../../i18n/useT";
import { deadlineOf, extended, phaseAt, worthReporting } from "./idle";
import { forgetSession, sessionQuery, useSession } from "./session";
import { useSignOut } from "./useSignOut";

const CHANNEL = "custos.session";

/** Announces the end of an idle session, keeps a session in use alive, and leads to the sign-in when it is over. */
export function IdleWatch() {
  const t = useT();
  const session = useSession();
  const queryClient = useQueryClient();
  const router = useRouter();
  const receivedAt = queryClient.getQueryState(sessionQuery.queryKey)?.dataUpdatedAt ?? Date.now();
  const deadline = useRef(deadlineOf(session, receivedAt));
  const signOut = useSignOut();
  const leaving = useRef(false);
  const [left, setLeft] = useState<{ seconds: number; absolute: boolean } | null>(null);

  const stay = useCallback(() => void queryClient.invalidateQueries(sessionQuery), [queryClient]);
  const leave = useCallback(
    (reason: "idle" | "lost") => {
      if (leaving.current) return;
      leaving.current = true;
      const search = { return: router.state.location.href, reason };
      // The pages go first: they cannot be shown without the session they are about to lose.
      void router.navigate({ to: "/sign-in", search }).finally(() => forgetSession(queryClient));
    },
    [queryClient, router],
  );

  useEffect(() => {
    deadline.current = deadlineOf(session, receivedAt);
  }, [session, receivedAt]);

  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    const note = () => {
      deadline.current = extended(deadline.current, Date.now());
    };
    channel.onmessage = note;
    const stopContact = onServerContact(() => {
      note();
      channel.postMessage(null);
    });
    const stopLost = onSessionLost(() => leave("lost"));
    return () => {
      channel.close();
      stopContact();
      stopLost();
    };
  }, [leave]);

  useEffect(() => {
    const atWork = () => {
      if (!worthReporting(deadline.current, Date.now())) return;
      deadline.current = extended(deadline.current, Date.now());
      stay();
    };
    window.addEventListener("pointerdown", atWork);
    window.addEventListener("keydown", atWork);
    return () => {
      window.removeEventListener("pointerdown", atWork);
      window.removeEventListener("keydown", atWork);
    };
  }, [stay]);

  useEffect(() => {
    const timer = window.setInterval(() => {
      const { phase, leftMs, absolute } = phaseAt(deadline.current, Date.now());
      if (phase === "over") leave("idle");
      setLeft(phase === "warning" ? { seconds: Math.ceil(leftMs / 1000), absolute } : null);
    }, 1000);
    return () => window.clearInterval(timer);
  }, [leave]);

  return (
    <Modal
      open={left !== null}
      title={t("session-ending")}
      okText={left?.absolute ? t("session-understood") : t("session-stay")}
      cancelText={t("session-sign-out-now")}
      onOk={stay}
      onCancel={signOut}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      width={420}
    >
      {left?.absolute
        ? t("session-ending-absolute", { seconds: left.seconds })
        : t("session-ending-idle", { seconds: left?.seconds ?? 0 })}
    </Modal>
  );
}
