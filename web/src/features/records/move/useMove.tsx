import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { lazy, type ReactNode, Suspense, useCallback, useState } from "react";
import { type ApiError, toApiError } from "../../../api/problem";
import { ask } from "../../../api/records";
import type { FieldInput } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { useShowProblem } from "../../../ui/useProblemText";
import { placed, renewed } from "../board/moving";
import { recordQuery, recordTitle, refreshRecords } from "../records";
import { missingFor, type State } from "../states";
import type { Board, Entity, ObjectInfo } from "../types";
import { useWhoChanged } from "./useWhoChanged";

const MoveDialog = lazy(() => import("./MoveDialog").then((module) => ({ default: module.MoveDialog })));

export interface Move {
  record: Entity;
  to: State;
  /** What the new state needs besides. */
  fields?: Record<string, FieldInput>;
}

export interface Asked extends Move {
  /** The fields to fill in before the record may go there. */
  names: string[];
  /** What the server said about them, if it was asked already. */
  refusal?: ApiError;
}

interface Mover {
  move: (move: Move) => void;
  pending: boolean;
  /** The small form for what the new state needs, while one is asked. */
  dialog: ReactNode;
}

/** The fields a refusal names that one can fill in. */
export function namedFields(object: ObjectInfo, { fields }: ApiError): string[] {
  const names = fields.map(({ field }) => field.replace(/^fields\./, ""));
  return [...new Set(names)].filter(
    (name) =>
      name !== object.state?.field &&
      object.fields.some((field) => field.name === name && field.access === "write"),
  );
}

/**
 * Moves records from state to state: on the boards at once, and back if the server refuses. What the new state needs is
 * asked for; whoever was faster is named, and what they made of the record is shown.
 */
export function useMove(object: ObjectInfo): Mover {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const whoChanged = useWhoChanged(object);
  const [asked, setAsked] = useState<Asked | null>(null);
  const boards = { queryKey: ["records", "board", object.path] };
  const everywhere = (change: (board: Board) => Board) =>
    queryClient.setQueriesData<Board>(boards, (board) => (board === undefined ? board : change(board)));

  const { mutate, isPending } = useMutation({
    mutationFn: ({ record, to, fields = {} }: Move) =>
      ask<Entity>("PATCH", `/${object.path}/${record.id}`, {
        version: record.version,
        body: { fields: { ...fields, [object.state?.field ?? ""]: to.code } },
      }),
    onMutate: async ({ record, to }) => {
      await queryClient.cancelQueries(boards);
      const before = queryClient.getQueriesData<Board>(boards);
      everywhere((board) => placed(board, object, record, to.code));
      return { before };
    },
    onSuccess: async (record, { to }) => {
      setAsked(null);
      everywhere((board) => renewed(board, object, record));
      queryClient.setQueryData(recordQuery(object.path, record.id).queryKey, record);
      void message.success(t("record-moved", { name: recordTitle(object, record), state: to.name }), 2);
      await refreshRecords(queryClient);
    },
    onError: (thrown, move, context) => {
      for (const [key, board] of context?.before ?? []) queryClient.setQueryData(key, board);
      const error = toApiError(thrown);
      const names = namedFields(object, error);
      if (error.status === 422 && names.length > 0) {
        setAsked((open) => ({
          ...move,
          names: [...new Set([...(open?.names ?? []), ...names])],
          refusal: error,
        }));
      } else if (error.status === 412) {
        setAsked(null);
        void whoChanged(move.record);
      } else showProblem(thrown);
    },
  });

  const move = useCallback(
    (wanted: Move) => {
      const missing = missingFor(wanted.to, wanted.record).filter((name) =>
        object.fields.some((field) => field.name === name && field.access === "write"),
      );
      if (missing.length > 0) setAsked({ ...wanted, names: missing });
      else mutate(wanted);
    },
    [mutate, object],
  );
  const dialog = (
    <Suspense>
      {asked !== null && (
        <MoveDialog
          object={object}
          asked={asked}
          pending={isPending}
          onMove={mutate}
          onClose={() => setAsked(null)}
        />
      )}
    </Suspense>
  );
  return { move, pending: isPending, dialog };
}
