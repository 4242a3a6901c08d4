/** How a lane is laid out: its name and legend, and its heatmaps. */
import { css } from "lit";
import { PANE_GAP } from "../../maths/stage.ts";

export const laneStyles = css`
  :host {
    display: grid;
    grid-template-columns: var(--label-width) auto;
  }
  .label {
    padding-right: 20px;
    line-height: 16px;
  }
  h3 {
    margin: 0;
    overflow: hidden;
    font-size: 13px;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .legend {
    display: flex;
    position: relative;
    gap: 2px;
    width: 104px;
    height: 6px;
    margin-top: 5px;
  }
  .legend .ramp {
    flex: 1;
  }
  .legend i {
    width: 7px;
  }
  .beyond {
    position: absolute;
    left: 112px;
    margin-top: -5px;
    color: var(--soft);
    font-size: 11px;
    white-space: nowrap;
  }
  .ends {
    display: flex;
    position: relative;
    width: 104px;
    justify-content: space-between;
    color: var(--soft);
    font-size: 11px;
    line-height: 15px;
  }
  .nan {
    position: absolute;
    left: 112px;
    white-space: nowrap;
  }
  .nan i {
    display: inline-block;
    width: 7px;
    height: 7px;
    margin-right: 4px;
  }
  .rule {
    height: 15px;
    color: var(--soft);
    font-size: 11px;
    line-height: 15px;
    white-space: nowrap;
  }
  .value {
    display: flex;
    gap: 6px;
    height: 17px;
    color: var(--soft);
    font-size: 11px;
    line-height: 17px;
    white-space: nowrap;
  }
  .value data {
    margin-left: 3px;
    color: var(--ink);
  }
  .plots {
    display: flex;
    gap: ${PANE_GAP}px;
  }
  .none {
    display: grid;
    padding: 0 12px;
    border-radius: 6px;
    background: var(--raised);
    color: var(--soft);
    place-items: center;
    text-align: center;
  }
  .none:empty {
    background: none;
  }
`;
