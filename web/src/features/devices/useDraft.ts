import { useCallback, useEffect, useRef, useState } from "react";
import { keep, take } from "./vault";

/** How long nothing must be typed before a draft is kept, in milliseconds. */
const REST_MS = 600;

export interface Draft {
  /** Whether what is shown was kept from another time. */
  restored: boolean;
  /** Keeps what the form holds now, a moment later; null takes the draft away. */
  save: (value: object | null) => void;
  /** Takes the draft away, at once. */
  discard: () => void;
}

/**
 * Keeps what is typed and not sent yet on this device, sealed; on a device that is not registered, nothing.
 * @param restore fills the form with what was kept
 */
export function useDraft(name: string, restore: (value: object) => void): Draft {
  const [restored, setRestored] = useState(false);
  const timer = useRef<number | undefined>(undefined);
  const fill = useRef(restore);
  useEffect(() => {
    let open = true;
    void take(name).then((value) => {
      if (!open || typeof value !== "object" || value === null) return;
      fill.current(value);
      setRestored(true);
    });
    return () => {
      open = false;
    };
  }, [name]);
  const save = useCallback(
    (value: object | null) => {
      window.clearTimeout(timer.current);
      // A draft is a convenience: that it cannot be kept must not disturb what is typed.
      timer.current = window.setTimeout(() => void keep(name, value).catch(() => undefined), REST_MS);
    },
    [name],
  );
  const discard = useCallback(() => {
    window.clearTimeout(timer.current);
    setRestored(false);
    void keep(name, null).catch(() => undefined);
  }, [name]);
  return { restored, save, discard };
}
