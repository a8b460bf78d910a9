/** What a key may be made of: what goes through an HTTP header as it is, and is one word there. */
export const API_KEY_FORM = /^[\x21-\x7e]+$/;

/** Never quotes the key: the message goes to a terminal or a log. */
export const API_KEY_ADVICE = 'must be a key of printable ASCII characters without spaces';
