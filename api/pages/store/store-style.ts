/** How a store's page looks: held in one hand, read at arm's length, pressed with a thumb. */
export const STORE_STYLE = `main{padding-top:.4rem}h1{margin:.2rem 0 .5rem}
.tabs{display:flex;gap:1.4rem;margin:0;border-bottom:1px solid var(--line)}.tabs>*{padding:.55rem .2rem;
min-height:2.75rem}.tabs b{border-bottom:3px solid var(--link)}
#top{position:sticky;top:0;background:var(--soft);padding:.5rem 0;z-index:2}
#top>*{margin:0}#top .note{margin:.5rem 0 0}#found:not(:empty){padding:.5rem 0 0}
#find{display:flex;gap:.5rem}
#find label{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
#find input{font-size:1.15rem;min-height:3rem}#find button{margin:0;min-height:3rem}
nav{display:flex;flex-wrap:wrap;gap:.5rem;margin:.3rem 0 .6rem}
nav a{border:1px solid var(--line);background:var(--paper);border-radius:8px;padding:.45rem .8rem;
text-decoration:none;color:inherit;min-height:2.75rem;display:flex;align-items:center;gap:.4rem}
nav a.none{color:var(--quiet)}nav a.urgent{border-color:var(--warn);color:var(--warn)}
[hidden]{display:none}section h2{margin:1.4rem 0 .4rem}section,article{scroll-margin-top:4.5rem}
article.card{padding:.8rem 1rem}article h3{font-size:1.3rem;overflow-wrap:anywhere}
article h3 .quiet{font-size:.9rem;font-weight:400}
.goods{list-style:none;margin:.5rem 0;padding:0}.goods li{display:flex;gap:.7rem;padding:.25rem 0;
align-items:baseline}.goods .units{min-width:2rem;text-align:right;font-size:1.15rem}
.sku{overflow-wrap:anywhere}.left{color:var(--quiet);white-space:nowrap}.left.late{color:var(--warn);font-weight:600}
.here{font-size:1.1rem}.presses{display:flex;flex-wrap:wrap;gap:.6rem;margin:.6rem 0}
.presses form{flex:1 1 10rem}.presses button,details form button{width:100%}
button,summary.main{min-height:3rem}button.other{background:var(--paper);color:var(--link)}
summary{padding:.6rem 0;min-height:2.75rem}summary.main{list-style:none;text-align:center;
font-weight:600;background:var(--link);color:var(--paper);border-radius:6px;margin:.4rem 0}
summary.main::-webkit-details-marker{display:none}details[open]>summary.main{background:none;
color:inherit;text-align:left;padding-left:0}details h3{margin-top:1rem;font-size:1.05rem}
select{font:inherit;width:100%;min-height:2.75rem;padding:.45rem .6rem;border:1px solid #b6c0ca;
border-radius:6px;background:var(--paper);color:inherit}input{min-height:2.75rem}
.count{margin-top:.6rem;display:grid;grid-template-columns:1fr 5.5rem;gap:.4rem .8rem;align-items:center}
.count label{margin:0}.tick{display:flex;gap:.6rem;align-items:center;min-height:2.75rem}
.tick input{width:1.4rem;min-height:1.4rem}.code,.name{display:none}
form:has(option[value=code]:checked) .code,form:has([name=isOtherPerson]:checked) .name{display:block}
article.waiting{opacity:.75}article.new{border-color:var(--link);border-width:2px}
button:disabled{opacity:.5;cursor:default}.pending{font-weight:600;margin:.5rem 0}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
article:focus{outline:3px solid var(--link)}
#notes .note{display:flex;gap:1rem;justify-content:space-between;align-items:center}
#notes button{margin:0;flex:none}
@media(min-width:60rem){main,header>div{max-width:100rem}#board{display:grid;gap:0 1.5rem;
grid-template-columns:repeat(auto-fit,minmax(19rem,1fr));align-items:start}
nav,#nothing,#more{grid-column:1/-1}#network,#notes{max-width:60rem}}`;
