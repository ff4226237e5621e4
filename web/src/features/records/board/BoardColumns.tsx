import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useT } from "../../../i18n/useT";
import type { ListSearch } from "../list/listSearch";
import { recordTitle } from "../records";
import type { State } from "../states";
import type { BoardColumn, Entity, ObjectInfo } from "../types";
import { BoardCard } from "./BoardCard";
import { Column } from "./Column";
import { cardBeside, DIRECTIONS, heldOver, type Lifted } from "./lifting";

interface Props {
  object: ObjectInfo;
  label: string;
  /** Undefined until the first answer. */
  columns: BoardColumn[] | undefined;
  states: State[];
  /** The card the walk by j and k is on. */
  current: string | undefined;
  openId: string | undefined;
  search: ListSearch;
  busy: boolean;
  mayMoveTo: (record: Entity, from: string, to: string) => boolean;
  onMove: (record: Entity, to: State) => void;
  onOpen: (id: string) => void;
  onMore: (() => void) | undefined;
}

/** What is held above the board by hand or by key, and by whom it was lifted. */
export interface Held {
  record: Entity;
  from: string;
}

/**
 * The columns and what moves between them: by pointer, by a card's menu, or by keyboard. Space lifts a card, the arrows
 * carry it, Space or Enter puts it down, Esc puts it back.
 */
export function BoardColumns(props: Props) {
  const { object, label, columns, states, current, openId, search, busy, mayMoveTo, onMove, onOpen } = props;
  const t = useT();
  const [lifted, setLifted] = useState<Lifted | null>(null);
  const [dragged, setDragged] = useState<Held | null>(null);
  const [said, setSaid] = useState("");
  const root = useRef<HTMLElement>(null);
  const follow = useRef<string | null>(null);

  const stateOf = (code: string) => states.find((state) => state.code === code);
  const find = (id: string): Held | undefined => {
    for (const { code, items } of columns ?? []) {
      const record = items.find((item) => item.id === id);
      if (record !== undefined) return { record, from: code };
    }
    return undefined;
  };
  const focus = (id: string) =>
    root.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(id)}"]`)?.focus();

  // A card that was carried by keyboard keeps the focus where it was put down.
  useEffect(() => {
    if (follow.current === null || columns === undefined) return;
    const id = follow.current;
    follow.current = null;
    root.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(id)}"]`)?.focus();
  }, [columns]);

  const put = (held: Held, code: string) => {
    const to = stateOf(code);
    if (to !== undefined && code !== held.from && mayMoveTo(held.record, held.from, code)) {
      onMove(held.record, to);
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const card = event.target instanceof HTMLElement ? event.target : null;
    const id = card?.dataset.key;
    const held = id === undefined ? undefined : find(id);
    if (held === undefined || id === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const name = recordTitle(object, held.record);
    const direction = DIRECTIONS[event.key];
    if (lifted === null) {
      if (event.key === " ") {
        setLifted({ id, from: held.from, over: held.from });
        setSaid(t("board-lifted", { name, state: stateOf(held.from)?.name ?? "" }));
      } else if (event.key === "Enter") onOpen(id);
      else if (direction !== undefined) {
        const next = cardBeside(columns ?? [], id, direction);
        if (next !== undefined) focus(next);
      } else return;
    } else if (direction === "left" || direction === "right") {
      const codes = columns?.map(({ code }) => code) ?? [];
      const over = heldOver(codes, lifted, direction === "right" ? 1 : -1, (code) =>
        mayMoveTo(held.record, held.from, code),
      );
      setLifted({ ...lifted, over });
      setSaid(t("board-over", { state: stateOf(over)?.name ?? "" }));
    } else if (event.key === " " || event.key === "Enter") {
      setLifted(null);
      setSaid(t("board-put", { name, state: stateOf(lifted.over)?.name ?? "" }));
      follow.current = id;
      put(held, lifted.over);
    } else if (event.key === "Escape") {
      setLifted(null);
      setSaid(t("board-back", { name }));
    } else if (direction === undefined) return;
    event.preventDefault();
  };

  return (
    <section
      className={busy ? "board table-busy" : "board"}
      aria-label={label}
      aria-busy={busy}
      ref={root}
      data-own-keys=""
      onKeyDown={onKeyDown}
      onBlur={(event) => {
        // Whoever goes away with a card in hand has put it back.
        if (lifted !== null && !event.currentTarget.contains(event.relatedTarget)) setLifted(null);
      }}
    >
      <p className="visually-hidden" aria-live="assertive">
        {said}
      </p>
      {(columns ?? placeholders(states)).map((column) => {
        const held = dragged ?? (lifted === null ? null : (find(lifted.id) ?? null));
        return (
          <Column
            key={column.code}
            column={column}
            state={stateOf(column.code)}
            waiting={columns === undefined}
            hasAmounts={object.amount !== null}
            over={lifted !== null && lifted.over === column.code}
            closed={
              held !== null && column.code !== held.from && !mayMoveTo(held.record, held.from, column.code)
            }
            onDrop={(held) => put(held, column.code)}
            mayDrop={(held) => held.from !== column.code && mayMoveTo(held.record, held.from, column.code)}
            onMore={props.onMore}
          >
            {column.items.map((record) => (
              <BoardCard
                key={record.id}
                object={object}
                record={record}
                state={stateOf(column.code)}
                from={column.code}
                ways={states.filter(
                  ({ code }) => code !== column.code && mayMoveTo(record, column.code, code),
                )}
                search={search}
                replace={openId !== undefined}
                lifted={lifted?.id === record.id}
                current={current === record.id || openId === record.id}
                onMove={(to) => put({ record, from: column.code }, to.code)}
                onOpen={onOpen}
                onDrag={setDragged}
              />
            ))}
          </Column>
        );
      })}
    </section>
  );
}

/** The columns before their cards are there. */
function placeholders(states: State[]): BoardColumn[] {
  return states.map(({ code }) => ({ code, count: 0, totals: [], items: [], more: false }));
}
