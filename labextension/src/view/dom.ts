/** Elements from values: nothing that comes from the kernel is ever parsed as markup. */

export type Child = Node | string | number | null | undefined | false | readonly Child[];
export type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An HTML element. Attributes that are null, undefined or false are left out, true ones are empty; a function is
 * listened with (`onclick`). Strings among the children become text.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  dress(element, attributes);
  element.append(...flat(children));
  return element;
}

/** The same for SVG. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS(SVG, tag);
  dress(element, attributes);
  element.append(...flat(children));
  return element;
}

/** Set attributes; those that are null, undefined or false go. */
export function dress(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else if (!name.startsWith('on')) element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Set an element's text, if it is another one: screen readers and selections are left in peace. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Replace what is in an element. Where the focus was inside, it goes to the new element with the same `data-key`,
 * or to the element itself if it can have it.
 */
export function fill(element: HTMLElement, ...children: Child[]): void {
  const focused = element.ownerDocument.activeElement;
  const within = focused !== element && focused instanceof HTMLElement && element.contains(focused);
  const key = within ? focused.dataset.key : undefined;
  element.replaceChildren(...flat(children));
  if (!within) return;
  const same = [...element.querySelectorAll<HTMLElement>('[data-key]')].find(one => one.dataset.key === key);
  (same ?? element).focus({ preventScroll: true });
}

function flat(children: readonly Child[]): (Node | string)[] {
  return children.flatMap((child): (Node | string)[] => {
    if (child === null || child === undefined || child === false) return [];
    if (Array.isArray(child)) return flat(child as readonly Child[]);
    return typeof child === 'number' ? [String(child)] : [child as Node | string];
  });
}
