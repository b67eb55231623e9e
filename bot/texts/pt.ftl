# Translated for this project; not reviewed by a native speaker.

# Who the bot is. Telegram shows name and description before anyone presses Start.
bot-name = Doctor Llama (uma IA, não um médico)
bot-short-description = Uma IA que explica temas de saúde em palavras simples. Não é um médico. Não serve para emergências.
bot-description =
    Não serve para emergências.

    Sou o Doctor Llama, uma IA que explica temas de saúde em palavras simples. Não sou um médico, posso errar e não substituo nenhum. Em uma emergência, ligue para o número de emergência do seu país.

command-start = Quem eu sou e o que você pode decidir
command-help = Como me usar
command-new = Começar uma nova conversa
command-history = As suas conversas
command-off = Desligar-me neste grupo
command-on = Ligar-me de novo
command-stop = Parar a resposta em andamento
command-about = Qual modelo responde a você
command-language = Em que idioma eu falo
command-country = Onde estou, para os números de emergência
command-privacy = O que é guardado de você
command-mydata = Tudo o que é seu em um arquivo
command-forget = Apagar uma resposta, uma conversa ou tudo
command-admin = O que você pode fazer aqui

# /start and consent
start =
    Olá! Sou o Doctor Llama, uma IA, não um médico. Pergunte sobre saúde com as suas palavras, e eu explico o que se sabe em geral.

    ⚠️ Não serve para emergências. Se alguém pode estar em perigo, ligue agora para o número de emergência do seu país (o 112 funciona na maioria dos celulares).

    Posso errar. Para decidir sobre a sua saúde, fale com um médico ou farmacêutico.
start-consent =
    O que eu guardo, se você concordar: as suas perguntas, as minhas respostas e as suas avaliações, com o seu número do Telegram, para poder acompanhar a nossa conversa. Nada disso é guardado antes de você concordar.

    Ao concordar, você também diz que tem 18 anos ou mais.

    O que é guardado, por quanto tempo e como retirar: /privacy.
start-agreed = Você concordou que eu guarde as nossas conversas. É só fazer a sua pergunta.
start-group = Aqui eu respondo quando você me menciona ou responde a uma mensagem minha. Para concordar com o armazenamento, ou para perguntar em particular, escreva diretamente para mim.
group-notice =
    Olá. Respondo neste grupo quando { $name } é mencionado ou quando alguém responde a uma mensagem minha. Não leio as outras mensagens.

    Todos aqui veem as perguntas e as minhas respostas. Só guardo as de quem concordou com isso, e também podem me perguntar em particular. Sou uma IA, não um médico, e não sirvo para emergências.

    Um administrador pode me desligar com /off.
group-on = Respondo de novo aqui quando me mencionam ou respondem a uma mensagem minha.
group-off = Agora fico em silêncio aqui, exceto diante de sinais de emergência. /on me traz de volta.
group-only = Isso é para grupos.
group-admins = Só um administrador deste grupo pode fazer isso.
consent-changed = Aquilo com que você concordou mudou desde então. Por favor, leia de novo: até você concordar, nada mais é guardado.
consent-needed =
    Antes de responder preciso da sua permissão: eu guardo as suas perguntas, as minhas respostas e as suas avaliações, com o seu número do Telegram, para poder acompanhar a nossa conversa. Você diz que tem 18 anos ou mais. Sou uma IA, não um médico, e posso errar.

    Nada da sua pergunta foi guardado ainda. Toque no botão e eu respondo.

    O que é guardado, por quanto tempo e como retirar: /privacy.
consent-button = Concordo
consent-thanks = Obrigado. A sua pergunta está a caminho.
consent-thanks-ask-again = Obrigado. Por favor, envie agora a sua pergunta.
share-question =
    Mais uma escolha, separada dessa: as suas avaliações podem ajudar a melhorar o modelo? Se você disser que sim, as respostas que avaliar, com as perguntas, poderão ser usadas para treiná-lo. Fica desligado enquanto você não ligar, e você pode mudar isso aqui a qualquer momento com /start.
share-on = Sim, ajudar a melhorar
share-off = Não, deixar fora do treinamento
share-state-on = Agora: sim, as minhas avaliações podem melhorar o modelo.
share-state-off = Agora: não, nada meu é usado para treinar.
share-toast-on = Obrigado. As suas avaliações podem melhorar o modelo.
share-toast-off = Nada seu é usado para treinar.
share-consent-first = Primeiro concorde com o armazenamento, com /start.

# /help, /about, /new, /stop
help =
    Pergunte o que quiser sobre saúde, em palavras simples e um assunto de cada vez. Por exemplo: “O que ajuda contra a rinite alérgica?”

    👍 e 👎 abaixo de uma resposta nos dizem se ela foi boa. Você pode mudar ou retirar a sua avaliação a qualquer momento.

    🔄 traz outra resposta e guarda a primeira. Depois de um 👎 você pode dizer por quê, ou escrever uma resposta melhor. Para corrigir só uma parte, marque-a na minha resposta e responda a ela. Se você editar uma pergunta, respondo à nova versão.

    /new – começar uma nova conversa, sem o que foi dito antes
    /history – as suas conversas, para ver ou continuar
    /stop – parar a resposta em andamento
    /start – quem eu sou e o que você pode decidir
    /about – qual modelo responde a você
    /language – em que idioma eu falo
    /country – onde você está, para os números de emergência
    /privacy, /mydata, /forget – o que é guardado de você

    Em um grupo, mencione-me ou responda a uma mensagem minha. Sou uma IA, não um médico, e não sirvo para emergências.
about =
    Doctor Llama { $version }, uma IA, não um médico.
    Modelo: { $model }
    Adaptador: { $adapter }
    Pesos: { $weights }
    Nenhum profissional de saúde revisou este bot nem as suas respostas.
about-none = nenhum
about-unknown =
    Doctor Llama { $version }, uma IA, não um médico.
    O modelo não está em execução neste momento, por isso não posso dizer qual é.
    Nenhum profissional de saúde revisou este bot nem as suas respostas.
about-demo = Este é o pequeno modelo de demonstração incluído. Foi feito para mostrar como tudo funciona, conhece uns cinquenta temas comuns de saúde e nada mais, e nenhum profissional de saúde leu o que lhe foi ensinado. Ele só entende e escreve inglês.
about-elsewhere = O adaptador não foi treinado aqui: com o que aprendeu e como foi medido, diz quem o publicou.
about-trained =
    O adaptador foi treinado aqui em { $date }, com os conjuntos de dados públicos deste bot e { $rows } opiniões aprovadas. Sua última avaliação, diante do anterior:
    { $measured }
new-done = Uma nova conversa. Não olho mais para o que foi dito antes.
history-title = As suas conversas. ▸ é a que continua aberta.
history-title-page = As suas conversas, página { $page } de { $pages }. ▸ é a que continua aberta.
history-none = Ainda não há nenhuma conversa. Faça uma pergunta.
history-untitled = Sem título
history-newer = ‹ Mais recentes
history-older = Mais antigas ›
history-resume = Continuar esta conversa
history-back = ‹ Voltar
history-resumed = De volta a “{ $title }”. Volto a olhar para o que foi dito ali.
history-unanswered = Nada nela foi respondido.
stop-nothing = Não há nada para parar.
stop-toast = Parando.
stop-too-late = Essa resposta já terminou.
not-yours-stop = Só quem perguntou pode parar isto.

# /language
language-name = Português
language-ask = Em que idioma devo falar com você? (Isso muda as minhas próprias frases; o modelo responde no idioma da pergunta, até onde consegue.)
language-auto = O do meu aplicativo
language-done = A partir de agora falo português.

# /country
country-ask = Em que país você está? Numa emergência eu direi os números dele.
country-done = Anotado: { $country }. Emergência: { $emergency }. Linha de apoio: { $crisis }. Não confirmei estes números com os próprios serviços. Mude com /country.
country-button = 🌍 Em que país estou?
only-private = Por favor, faça isso em um chat privado comigo.
privacy =
    O que eu guardo de você

    O seu número: { $number }
    Perguntas e respostas: { $messages }
    Avaliações e correções: { $feedback }
    Armazenamento: { $storing }
    Treinar o modelo: { $training }
    { $kept }

    Quem opera este bot pode ler o que está guardado; os revisores leem o que você deixa treinar o modelo. Os chats do Telegram com bots não são criptografados de ponta a ponta.

    /mydata – tudo o que é seu em um arquivo
    /forget – apagar uma resposta, uma conversa ou tudo. O que você apaga sai na hora de todas as tabelas e do arquivo, e nenhum treinamento posterior o vê; um modelo que tenha aprendido com isso fica marcado para ser substituído. Os backups o conservam até serem substituídos, após { $nights } noites; se um deles for restaurado, é apagado de novo. As mensagens deste chat estão no Telegram: apague o chat lá.
privacy-yes = sim
privacy-no = não
privacy-since = sim, desde { $date }
privacy-outdated = não mais: o texto mudou, por favor concorde de novo
privacy-kept = O que tem mais de { $days } dias é apagado toda noite, exceto o que você deixa treinar o modelo.
privacy-kept-on = Fica guardado até você apagar.
withdraw-button = Não guardar mais nada
withdraw-done = A partir de agora nada mais é guardado, e nada seu treina o modelo. O que já está guardado fica até você apagar com /forget. Posso responder de novo quando você concordar outra vez.
mydata = Tudo o que é guardado de você, linhas: { $rows }. É JSON: qualquer editor de texto abre.
mydata-none = Nada é guardado de você.
forget-ask = O que devo apagar? Mostro o que é antes de apagar qualquer coisa.
forget-answer = A última pergunta e as suas respostas
forget-conversation = Esta conversa
forget-everything = Tudo
forget-confirm = Isto seria apagado: perguntas e respostas { $messages }, avaliações e correções { $feedback }. Não pode ser desfeito. Para confirmar, envie-me isto em { $minutes } minutos:
forget-confirm-everything = Com isso vão os seus consentimentos, o seu idioma e qualquer papel que você tenha aqui.
forget-wrong = Esse código não está certo, ou é antigo demais. /forget começa de novo.
forget-done = Apagado: perguntas e respostas { $messages }, avaliações e correções { $feedback }. As mensagens deste chat estão no Telegram, não aqui: apague o chat lá se quiser.

# What cannot be asked
refuse-empty = Não vejo nenhuma pergunta aí. Por favor, escreva-a em palavras.
refuse-signs = Só vejo sinais ou emojis. Por favor, escreva a sua pergunta em palavras.
refuse-long = Isso é longo demais para mim: consigo ler { $limit } caracteres de cada vez. Por favor, encurte, ou pergunte uma parte depois da outra.
refuse-sticker = Bonita figurinha, mas só consigo ler texto. Por favor, escreva a sua pergunta em palavras.
refuse-photo = Não consigo ver imagens. Por favor, descreva em palavras o que você vê ou quer saber.
refuse-voice = Ainda não consigo ouvir mensagens de voz. Por favor, escreva a sua pergunta como texto.
refuse-file = Só consigo ler texto, não arquivos nem outras coisas. Por favor, escreva a sua pergunta em palavras.
refuse-command = Não conheço { $command }. Você quis dizer { $nearest }?
refuse-command-unknown = Não conheço { $command }. /help mostra o que eu sei fazer.
refuse-many = Você já tem várias perguntas na fila. Vou respondê-las primeiro; por favor, envie a próxima depois disso.
refuse-full = Neste momento há muitas perguntas na fila. Por favor, tente de novo daqui a alguns minutos. A sua pergunta não foi guardada.
refuse-fast = Isso foi muito rápido. Por favor, espere { $time } e envie a sua pergunta de novo. Ela não foi guardada.
refuse-quota = Você fez tantas perguntas quantas uma pessoa pode fazer em 24 horas. Poderá fazer a próxima daqui a { $time }. Esta não foi guardada.
refuse-busy = Neste momento muita gente está perguntando. Por favor, envie a sua pergunta de novo daqui a { $time }. Ela não foi guardada.
refuse-outsider = Este bot responde só a pessoas que os proprietários admitiram. Se você os conhece, peça que o admitam, com o seu número: { $number }. Volte quando tiverem feito isso.
edit-taken = Vou responder à versão corrigida.
anew-ask = Você mudou uma pergunta que já comecei a responder, ou que já respondi. Respondo à nova versão?
anew-button = Responder à nova versão

# A question on its way
status-next = A sua pergunta chegou. É a próxima.
status-before =
    { $before ->
        [one] A sua pergunta chegou. Há uma pergunta antes da sua.
       *[other] A sua pergunta chegou. Há { $before } perguntas antes da sua.
    }
status-wait = { $status } Cerca de { $time }.
status-learning = { $status } O modelo está aprendendo ao mesmo tempo, por isso pode demorar mais.
status-learning-alone = { $status } O modelo está aprendendo neste momento. Respondo assim que ele terminar.
status-learning-until = { $status } O modelo está aprendendo neste momento. Respondo quando ele terminar, daqui a { $time } mais ou menos.
status-fresh =
    { $status }

    (Uma nova conversa, porque a última foi há algum tempo. Ela está em /history.)
status-paused = A sua pergunta chegou. As respostas estão em pausa para manutenção; ela será respondida depois. Em uma emergência, ligue para o número de emergência do seu país.
status-paused-for = A sua pergunta chegou. As respostas estão em pausa para manutenção, por cerca de { $time }; ela será respondida depois. Em uma emergência, ligue para o número de emergência do seu país.
time-seconds =
    { $seconds ->
        [one] um segundo
       *[other] { $seconds } segundos
    }
time-minutes =
    { $minutes ->
        [one] um minuto
       *[other] { $minutes } minutos
    }
time-hours =
    { $hours ->
        [one] uma hora
       *[other] { $hours } horas
    }
status-running = Estou escrevendo a resposta…
stop-button = Parar
answer-here = Aqui está a resposta:
answer-continues = …
answer-empty = Não tenho resposta para isso. Por favor, tente perguntar com outras palavras.
answer-stopped = — interrompida
stopped = Interrompida.
failed =
    Sinto muito, não consegui responder a esta pergunta. Por favor, envie-a de novo. Se falhar outra vez, tente perguntar com outras palavras.

    Erro { $id }
failed-crashed =
    Sinto muito: algo nesta pergunta faz o programa parar, por isso eu a deixei de lado. Por favor, pergunte com outras palavras.

    Erro { $id }
failed-long = Sinto muito, esta pergunta é longa demais para o modelo. Por favor, encurte-a, ou comece de novo com /new.
failed-engine =
    Sinto muito, o modelo não está disponível neste momento. Por favor, envie a sua pergunta de novo daqui a alguns minutos.

    Erro { $id }
anyway-button = Não é emergência: responder
anyway-toast = Vou responder.
anyway-gone = Não tenho mais essa pergunta. Por favor, envie-a de novo.

# Ratings
rate-up = 👍
rate-down = 👎
rate-up-chosen = 👍 ✓
rate-down-chosen = 👎 ✓
rate-toast-up = Obrigado. Anotado: 👍
rate-toast-down = Obrigado. Anotado: 👎
rate-toast-none = A sua avaliação foi retirada.
again-button = 🔄
again-try = 🔄 Tentar de novo
again-toast = Outra resposta está a caminho.
again-already = Uma resposta mais nova já está aqui, ou a caminho.
chosen = { $text } ✓
why-wrong = Errada
why-unsafe = Perigosa
why-incomplete = Falta algo
why-unclear = Difícil de entender
why-off-topic = Fora do assunto
why-other = Outra coisa
why-toast = Obrigado. Isso ajuda.
compare-ask = Qual resposta é melhor: a primeira (1) ou a nova (2)?
compare-1 = 1
compare-2 = 2
compare-same = Iguais
compare-bad = As duas ruins
compare-toast = Obrigado. Você pode mudar isso a qualquer momento.
write-button = ✍️ Resposta melhor
write-ask = Escreva a resposta melhor na sua próxima mensagem: do jeito que você gostaria de tê-la lido.
write-placeholder = A sua resposta melhor
write-leave = Deixar para lá
write-left = Está bem. A sua próxima mensagem volta a ser uma pergunta.
write-thanks = Obrigado, anotado. Se você editar a sua mensagem, anoto a mudança.
write-thanks-kept = Obrigado, anotado junto desta resposta. Não treina nenhum modelo se você não permitir com /start. Se você editar a sua mensagem, anoto a mudança.
write-more = Escrever mais
write-more-toast = Envie o resto na sua próxima mensagem.
write-back = Retirar
write-taken-back = Retirada. Nada dela fica guardado.
write-question = Era uma pergunta
write-changed = A sua mudança está anotada.
write-too-long = É longo demais: uma resposta melhor tem no máximo { $limit } caracteres ao todo. Esta mensagem não foi acrescentada.
not-yours-rate = Só quem perguntou pode avaliar isto.
not-yours-consent = Este botão é para quem perguntou.
button-stale = Este botão não funciona mais.

# Confirmations
confirm-yes = Sim, fazer
confirm-no = Não
confirm-cancelled = Nada foi mudado.
confirm-stale = Isso já foi confirmado, ou é antigo demais. Por favor, dê o comando de novo.

# /admin, for those with a role
role-owner = proprietário
role-admin = administrador
role-reviewer = revisor
role-member = membro
role-user = usuário
role-blocked = bloqueado
role-given = Agora você tem um papel aqui: { $role }. /admin mostra o que você pode fazer.
admin-list = O seu papel: { $role }. Você pode usar:
admin-unknown = Não conheço { $word }.
admin-nearest = Você quis dizer { $nearest }?
admin-not-allowed = O seu papel não permite isso.
admin-owners = Os proprietários são nomeados nas configurações, não aqui.
admin-status-usage = /admin status – o que está em execução, o que espera, o que falhou
admin-status = Doctor Llama { $version }
admin-status-paused = ⏸ As respostas estão em pausa. /admin resume continua.
admin-status-worker =
    Processo { $name }, ativo há { $hours } h, { $memory } de memória
    Modelo: { $model }
    Adaptador: { $adapter }
    Pesos: { $weights }
admin-status-gpu = GPU: { $name }, { $used } de { $total }, carga { $load } %, { $celsius } °C
admin-status-no-gpu = GPU: nenhuma vista
admin-status-no-worker = ⚠️ Nenhum processo foi visto nos últimos dois minutos: nada é respondido.
admin-status-adapter = Ativo no registro: { $adapter }
admin-status-queue = Fila: { $waiting } em espera, { $running } em redação.
admin-status-oldest = A primeira espera há { time-seconds }.
admin-status-ended = Últimas 24 horas: { $answered } respondidas, { $failed } com falha.
admin-status-disk = Disco: { $free } livres; o banco de dados ocupa { $size }.
admin-stats-usage = /admin stats [questions|ratings|latency|queue|learning] – gráficos com os números
stats-questions = Perguntas por dia, { $days } dias
stats-questions-caption = No total { $total }, últimos 7 dias { $week }, hoje { $today } de { $people } pessoas.
stats-label-questions = perguntas
stats-label-people = pessoas
stats-ratings = Respostas bem avaliadas, intervalo de 95 %
stats-ratings-line = { $adapter }: { $share } % ({ $low }–{ $high }) de { $n } avaliações
stats-latency = Segundos de espera, { $days } dias
stats-latency-caption = De { $n } respostas: 50 %, 90 % e 99 % não levaram mais que
stats-latency-line = { $what }: { $half } s; { $nine } s; { $most } s
stats-label-queue = na fila
stats-label-first = primeiras palavras
stats-label-whole = resposta inteira
stats-queue = Perguntas em espera, { $hours } horas
stats-queue-caption = Agora { $now }, no máximo { $most }. Horários em UTC.
stats-none-ratings = Nenhuma resposta foi avaliada ainda.
stats-none-latency = Ninguém recebeu resposta nos últimos 7 dias.
admin-jobs-usage = /admin jobs [cancel NÚMERO] – o que espera e o que roda, e encerrar um deles
admin-jobs = Perguntas em espera: { $waiting }
admin-jobs-line = { $number } { $kind }, { $status } há { $time }
admin-cancel-ask = Encerrar o trabalho { $number }? Quem espera por ele será avisado.
admin-cancel-done = O trabalho { $number } foi encerrado.
admin-cancel-late = Não há trabalho { $number } em espera ou em execução.
admin-pause-usage = /admin pause [MINUTOS] – manutenção: as perguntas esperam, as emergências são respondidas
admin-pause-ask = Pausar todas as respostas? As perguntas são recebidas e esperam; os textos de emergência saem como sempre; o que está sendo escrito termina.
admin-pause-done = Em pausa. /admin resume continua.
admin-resume-usage = /admin resume – terminar a pausa
admin-resume-done = Continuando: o que esperava é respondido agora.
admin-resume-none = Não há pausa.
admin-export-usage = /admin export [jsonl|parquet] – com o que se pode aprender, como arquivos
admin-export-ask = Enviar para este chat, como { $format }, o que as pessoas deixam o modelo aprender? Está limpo e com pseudônimos, mas é sobre saúde: uma vez aqui, nenhum apagamento o alcança.
admin-export-begun = Os arquivos estão sendo escritos.
admin-export-done = Amostras: { $samples }. Deixadas de fora:
admin-export-large = { $name } é maior do que o Telegram aceita. Use: doctor-llama feedback export
admin-broadcast-usage = /admin broadcast TEXTO – dizer algo a todos (no máximo 3500 caracteres)
admin-broadcast-ask = Enviar isto, como está acima, a pessoas: { $people }?
admin-broadcast-begun = A caminho como trabalho { $number }. /admin jobs mostra até onde foi; /admin jobs cancel { $number } para.
admin-broadcast-progress = ({ $sent } avisados, { $gone } ausentes)
admin-broadcast-ended = O envio terminou. Avisados: { $sent }; me bloquearam: { $gone }; não se sabe: { $unsure }.
admin-users-usage = /admin users [página] – quem está aqui e quem tem um papel
admin-users = Pessoas: { $known }; concordaram com o armazenamento { $agreed }, com o treinamento { $training }; perguntaram nos últimos 7 dias { $active }; bloqueadas { $blocked }.
admin-users-page = Os últimos a chegar, página { $page }:
admin-users-line = { $number } – { $role }, desde { $since }, { $asked } em 7 dias
admin-grant-usage = /admin grant NÚMERO admin|reviewer|member – dar um papel a alguém
admin-revoke-usage = /admin revoke NÚMERO – tirar um papel
admin-block-usage = /admin block NÚMERO – responder a alguém só em emergências
admin-unblock-usage = /admin unblock NÚMERO – voltar a responder
admin-role-already = { $number } já tem esse papel: { $role }.
admin-role-ask = { $number } é agora: { $former }. Mudar para: { $role }?
admin-role-stranger = Este número nunca me escreveu. Está certo?
admin-role-done = Feito. { $number } é agora: { $role }.

# Learning: review, refresh, adapters, comparisons
admin-review-usage = /admin review [reopen NÚMERO | edit NÚMERO TEXTO] – correções que esperam sua revisão
admin-compare-usage = /admin compare [PRIMEIRO SEGUNDO [PERGUNTA | PERGUNTA]] – dois adaptadores lado a lado, às cegas
admin-retrain-usage = /admin retrain [cancel | resume] – aprender com os comentários aprovados
admin-adapters-usage = /admin adapters [NOME | promote NOME | reject NOME | rollback] – o que pode responder e o que responde
review-none = Nenhuma correção espera por você.
review-card = Correção { $number } – em espera: { $waiting }
review-question = Pergunta:
review-answer = Resposta:
review-correction = Correção:
review-warning = ⚠️ Retida por uma regra: { $why }
review-edit = Por outras palavras: /admin review edit { $number } SEU TEXTO
review-approve = ✓ Aprovar
review-anyway = ✓ Aprovar mesmo assim
review-refuse = ✗ Recusar
review-skip = Saltar esta
review-approved = A correção { $number } está aprovada. Para desfazer: /admin review reopen { $number }
review-refused = A correção { $number } está recusada. Para desfazer: /admin review reopen { $number }
review-skipped = A correção { $number } continua à espera.
review-reopened = A correção { $number } espera de novo uma revisão.
retrain-ask = Comentários novos: { $new }. Correções por rever: { $waiting }. Treinar agora um adaptador novo? Não responde a ninguém antes de ser ativado.
retrain-begun = A atualização está na fila. Uma mensagem aqui mostra como vai.
retrain-live = Já há uma atualização à espera ou em curso. Para encerrar: /admin retrain cancel
retrain-none = Não há nenhuma atualização à espera nem em curso.
retrain-nothing-to-resume = A última atualização não foi interrompida: não há nada a continuar.
retrain-cancel-ask = Terminar a atualização?
retrain-cancelled = A atualização terminou. O adaptador que respondia continua a responder.
refresh-waiting = 🧠 Uma atualização espera a sua vez.
refresh-running = 🧠 Atualização: { $phase }
phase-data = reunindo as amostras
phase-sft = aprendendo as respostas
phase-preference = aprendendo as preferências
phase-export = escrevendo o adaptador
phase-evaluate = medindo
refresh-loss = Perda: { $loss }
refresh-left = Faltam: { $time }
refresh-alone = Entretanto, as respostas esperam.
refresh-passed = ✅ { $adapter } passou no controle.
refresh-rejected = ✗ { $adapter } não passou no controle. Continua a responder o anterior.
refresh-cleaned = Aprendido de novo sem { $rows } linhas apagadas ou retiradas.
refresh-line = { $set }: { $before } % → { $now } % de { $items }, perdidas { $lost }, ganhas { $gained }
refresh-failed = A atualização falhou: { $why }. Continua a responder o anterior. Para continuar: /admin retrain resume
refresh-cancelled = Um administrador terminou a atualização.
refresh-why-memory = a memória não chegou
refresh-why-disk = o disco está cheio
refresh-why-hang = deixou de avançar e foi terminada
refresh-why-killed = o sistema a encerrou, como faz quando falta memória
refresh-why-nothing = não há comentários aprovados novos
refresh-why-stopped = o processo foi parado
refresh-why-interrupted = seu processo terminou
refresh-why-crashed = o programa falhou; seu registro diz mais
refresh-curve = Perda por passo
adapter-promote = Ativar
adapter-reject = Rejeitar
adapter-rollback = Voltar atrás
adapter-promote-ask = Que { $name } responda em vez de { $former }?
adapter-reject-ask = Rejeitar { $name }? Ativo agora: { $former }.
adapter-rollback-ask = Voltar de { $name } a { $former }?
adapter-promoted = A partir de agora responde { $name }.
adapter-rejected = { $name } está rejeitado.
adapter-rolled-back = Volta a responder { $former } em vez de { $name }.
adapter-of-settings = o que dizem as definições
adapter-status-candidate = candidato à espera
adapter-status-active = ativo
adapter-status-retired = retirado de serviço
adapter-status-rejected = rejeitado
adapters-none = Ainda não há adaptadores. Uma atualização cria um.
adapters-line = { $name } · { $status }
adapters-due = ⚠️ É preciso retreinar: { $rows } das suas linhas foram apagadas ou retiradas.
adapters-start = Treinado a partir de: { $start }
adapters-rows = Linhas de comentários: { $rows }
rollback-news = ⚠️ As pessoas avaliam { $name } pior do que { $former } (em pares diferentes: { $worse } a { $better }). Volta a responder { $former }.
compare-begun = As respostas estão sendo escritas. Aviso quando der para comparar.
compare-ready = As respostas estão prontas: /admin compare
compare-none = Não há nenhum par que você não tenha julgado.
judge-a = A é melhor
judge-b = B é melhor
judge-same = Equivalentes
compare-score = { $second } contra { $first }: ganhas { $wins }, perdidas { $losses }, iguais { $ties }; { $share } % ({ $low }–{ $high } %)
stats-learning-corrections = Correções
stats-learning-corrections-caption = Em espera { $open }, aprovadas { $approved }, recusadas { $refused }, aprendidas { $used }
stats-learning-open = em espera
stats-learning-approved = aprovadas
stats-learning-refused = recusadas
stats-learning-used = aprendidas pelo modelo
stats-learning-runs = O que ganharam as últimas atualizações
stats-learning-gained = ganhas
stats-learning-lost = perdidas de antes
stats-learning-run = Execução { $number }: { $adapter }, ganhas { $gained }, perdidas { $lost }
stats-none-learning = Ninguém avaliou nem corrigiu nada ainda.

# Errors
error = Sinto muito, algo deu errado do meu lado. Por favor, tente de novo. Se acontecer outra vez, diga-nos este número: { $id }
error-admin = Erro { $id }: { $kind } em { $where }
unsafe-admin = Alguém avaliou a resposta { $id } como perigosa.
