import { Button, Tooltip } from "antd";
import type { ReactNode } from "react";

interface Props {
  /** What it does and to what: shown when pointed at, and read out. */
  title: string;
  icon: ReactNode;
  onClick: () => void;
}

/** A small button of a row, with a picture instead of words. */
export function ToolButton({ title, icon, onClick }: Props) {
  return (
    <Tooltip title={title}>
      <Button type="text" size="small" icon={icon} aria-label={title} onClick={onClick} />
    </Tooltip>
  );
}
