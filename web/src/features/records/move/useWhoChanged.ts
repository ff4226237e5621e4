import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useCallback } from "react";
import { ask } from "../../../api/records";
import { useT } from "../../../i18n/useT";
import { recordTitle, refreshRecords } from "../records";
import type { Entity, ObjectInfo, TimelinePage } from "../types";

const SHOWN_S = 6;

/** Says who was faster with a change of a record, and has the page show what they made of it. */
export function useWhoChanged(object: ObjectInfo): (record: Entity) => Promise<void> {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  return useCallback(
    async (record: Entity) => {
      const name = recordTitle(object, record);
      const last = await ask<TimelinePage>("GET", `/${object.path}/${record.id}/timeline`, {
        query: { limit: 1 },
      }).catch(() => null);
      const who = last?.items[0]?.author?.name;
      void message.warning(
        who == null ? t("record-changed", { name }) : t("record-changed-by", { name, who }),
        SHOWN_S,
      );
      await refreshRecords(queryClient);
    },
    [object, t, message, queryClient],
  );
}
