/** Elements from values: nothing that comes from the kernel is ever parsed as markup. */

export type Child = Node | string | number | null | undefined | false | readonly Child[];
export type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

type Tags = keyof HTMLElementTagNameMap;
type Named = Tags | `${Tags}.${string}`;
type ElementOf<Name> = Name extends `${infer Tag extends Tags}.${string}`
  ? HTMLElementTagNameMap[Tag]
  : Name extends Tags
    ? HTMLElementTagNameMap[Name]
    : never;
type Content = readonly Child[] | readonly [Attributes, ...Child[]];

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An HTML element: `h('p.jf-note', { title: 'so' }, 'text')`. Attributes that are null, undefined or false are left
 * out, true ones are empty; a function is listened with (`onclick`). Strings among the children become text.
 */
export function h<Name extends Named>(name: Name, ...content: Content): ElementOf<Name> {
  const [tag = '', ...classes] = name.split('.');
  return built(document.createElement(tag), classes, content) as ElementOf<Name>;
}

/** The same for SVG. */
export function svg(name: string, ...content: Content): SVGElement {
  const [tag = '', ...classes] = name.split('.');
  return built(document.createElementNS(SVG, tag) as SVGElement, classes, content);
}

function built<Kind extends Element>(element: Kind, classes: string[], content: Content): Kind {
  element.classList.add(...classes);
  const [first] = content;
  const dressed = first && Object.getPrototypeOf(first) === Object.prototype;
  if (dressed) dress(element, first as Attributes);
  element.append(...flat((dressed ? content.slice(1) : content) as readonly Child[]));
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

/** Ask the page around us for something; whether anybody does it. */
export function offer(what: string, detail: object): boolean {
  return !document.dispatchEvent(new CustomEvent(`jupyter-flow:${what}`, { detail, cancelable: true }));
}

function flat(children: readonly Child[]): (Node | string)[] {
  return children.flatMap((child): (Node | string)[] => {
    if (child === null || child === undefined || child === false) return [];
    if (Array.isArray(child)) return flat(child as readonly Child[]);
    return typeof child === 'number' ? [String(child)] : [child as Node | string];
  });
}
