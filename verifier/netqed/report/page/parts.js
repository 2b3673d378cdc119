"use strict";
/* What every part of the page is made with. Texts of the input become text nodes only. */
const netqed = {
  data: JSON.parse(document.getElementById("data").textContent),

  byId(id) {
    return document.getElementById(id);
  },

  /** An element with attributes and children; a text among the children is a text node. */
  element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
    }
    for (const child of children.flat()) {
      if (child !== null && child !== undefined) made.append(child);
    }
    return made;
  },

  /** A path or a name that may be broken after each slash. */
  breakable(text) {
    return text.split(/(?<=\/)/).flatMap((part, index) => (index === 0 ? [part] : [document.createElement("wbr"), part]));
  },

  /** "1 invariant", "2,000 invariants". */
  count(number, one, many = `${one}s`) {
    return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
  },

  /** Calls the function when nothing has been typed for a moment. */
  settled(then, milliseconds = 120) {
    let timer = 0;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(then, milliseconds);
    };
  },

  /** Every word of a search, in lower case. */
  words(text) {
    return text.toLowerCase().split(/\s+/).filter(Boolean);
  },
};
