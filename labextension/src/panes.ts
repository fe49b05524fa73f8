declare const PANES_STYLE: string; // by the build

export { PANES } from './view/panes/all';
export const style = PANES_STYLE;
