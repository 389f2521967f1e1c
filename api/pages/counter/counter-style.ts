/** What a counter's pages have beside a store's: orders to pick, amounts in a column, a receipt. */
export const COUNTER_STYLE = `.pick{display:block;color:inherit;text-decoration:none}
.pick>span:not(:first-of-type){display:block}.two{display:grid;grid-template-columns:7rem minmax(0,20rem);gap:.8rem}
.line.counted{border-color:var(--link);border-width:2px}.amount{text-align:right;white-space:nowrap}
.total td{font-weight:700;border-bottom:0;font-size:1.1rem}.receipt h2{margin-top:0;font-size:1.15rem}
#preview:not(:empty){margin-top:.8rem}#preview .note{margin:0}.has-script [formaction]{display:none}
#scan{display:flex;gap:.5rem}#scan label{position:absolute;width:1px;height:1px;overflow:hidden;
clip-path:inset(50%)}#scan input{font-size:1.15rem;min-height:3rem}#scan button{margin:0;min-height:3rem}
.screen{display:flex;gap:1.2rem;align-items:center}form.screen{display:block}#standing{font-size:1.15rem}
@media(min-width:60rem){main>*{max-width:60rem}}
@media print{header,.tabs,.screen,#notes,#network,#standing,main>p{display:none}body{background:none}
.card{border:0;padding:0}}`;
