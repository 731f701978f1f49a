import { h } from './dom.mts';
import type { Side } from './side.mts';

/** What stands in a pane while nobody is logged in: the demo users as buttons, and a form for everybody else. */
export function loginCard(side: Side, logIn: (user: string, password: string) => Promise<void>): HTMLElement {
    const user = h('input', { 'name': 'user', 'placeholder': 'User name', 'aria-label': 'User name', 'autocomplete': 'username', 'required': true });
    const password = h('input', {
        'name': 'password',
        'type': 'password',
        'placeholder': 'Password',
        'aria-label': 'Password',
        'autocomplete': 'current-password',
        'required': true,
    });
    const submit = (event: Event) => {
        event.preventDefault();
        void logIn(user.value, password.value);
    };
    const demo = side.demoUsers.map((person) =>
        h('button', { type: 'button', class: 'primary', click: () => void logIn(person.user, person.password) }, `Log in as ${person.user}`),
    );
    return h(
        'div',
        { class: 'login' },
        h('h2', {}, `Log in to ${side.title}`),
        ...demo,
        demo.length > 0 && h('p', {}, 'or with another account'),
        h('form', { submit }, user, password, h('button', { type: 'submit' }, 'Log in')),
    );
}
